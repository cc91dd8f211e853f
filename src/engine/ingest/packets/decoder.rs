//! Which dictionary reads these packets: those of the archive, the one that knows most of them.

use crate::archive::{Archive, ArchiveError, Product};
use crate::format::xtce::{self, SourceFile};
use crate::mission::telemetry::{ContainerId, Dictionary, Item};
use crate::parameter::{Definition, Derived, Plan, Values};
use crate::time::{Instant, TimeRange};

/// A dictionary ready to decode.
#[derive(Debug)]
pub(in crate::ingest) struct Decoder {
    /// File name of the dictionary, or the mission that it was made from.
    pub(in crate::ingest) name: String,
    pub(in crate::ingest) dictionary: Dictionary,
    pub(in crate::ingest) plan: Plan,
    /// What is computed from its parameters.
    pub(in crate::ingest) derived: Derived,
    /// Whether its packets are those of [`crate::mission::packets`], told apart by their APID.
    pub(in crate::ingest) is_own: bool,
}

impl Decoder {
    /// Compiles a dictionary, with the derived parameters that it has the inputs of; none where
    /// it has no container.
    pub(in crate::ingest) fn of(
        name: String,
        dictionary: Dictionary,
        definitions: &[Definition],
    ) -> Option<Self> {
        let (plan, _) = Plan::compile(&dictionary, root(&dictionary)?);
        let (derived, _) = Derived::compile(definitions, &plan);
        let is_own = dictionary.containers.iter().any(|c| c.name.ends_with("/packet/Verification"));
        Some(Self { name, dictionary, plan, derived, is_own })
    }

    /// The dictionaries that an archive keeps, the newest first.
    pub(in crate::ingest) fn products(archive: &Archive) -> Result<Vec<Product>, ArchiveError> {
        let always =
            TimeRange::new(Instant::from_unix_ns(i64::MIN), Instant::from_unix_ns(i64::MAX));
        let mut products = archive.products(always, "xtce")?;
        products.sort_by_key(|product| std::cmp::Reverse(product.id));
        Ok(products)
    }

    /// Reads dictionaries, files that belong together as one; those that cannot be read are left
    /// out.
    pub(in crate::ingest) fn all(
        archive: &Archive,
        products: &[Product],
        definitions: &[Definition],
    ) -> Vec<Self> {
        let bytes = |product: &Product| archive.product_bytes(product.id).ok();
        let read: Vec<(&str, Vec<u8>)> = products
            .iter()
            .filter_map(|product| Some((product.about.name.as_str(), bytes(product)?)))
            .collect();
        let files: Vec<SourceFile<'_>> =
            read.iter().map(|(name, bytes)| SourceFile { name, bytes }).collect();
        let of = |set: Vec<usize>| {
            let set: Vec<SourceFile<'_>> =
                set.into_iter().filter_map(|at| files.get(at).copied()).collect();
            let more = match set.len() {
                0 | 1 => String::new(),
                count => format!(" and {} more", count - 1),
            };
            let name = format!("{}{more}", set.first()?.name);
            Self::of(name, xtce::read_all(&set).0?, definitions)
        };
        xtce::sets(&files).into_iter().filter_map(of).collect()
    }

    /// Whether a container is a packet of its own rather than what packets share.
    pub(in crate::ingest) fn is_packet(&self, id: ContainerId) -> bool {
        self.dictionary.containers.get(id).is_some_and(|container| !container.is_abstract)
    }

    /// Whether a value only says how a packet of the mission database is put together: its header
    /// and what the engine itself takes from the service packets. Such values are no series.
    pub(in crate::ingest) fn is_packaging(&self, name: &str) -> bool {
        let ours = self.dictionary.containers.first().map_or("", |first| first.name.as_str());
        let root = ours.strip_suffix("/packet/Packet");
        root.and_then(|root| name.strip_prefix(root)).is_some_and(|n| n.starts_with("/packet/"))
    }

    /// Packets that it knows and reads in full.
    pub(in crate::ingest) fn score<'p>(&self, packets: impl Iterator<Item = &'p [u8]>) -> usize {
        let (mut state, mut values) = (self.plan.state(), Values::new());
        packets
            .filter(|packet| {
                self.plan.decode(packet, &mut state, &mut values);
                values.container.is_some_and(|id| self.is_packet(id)) && values.problems.is_empty()
            })
            .count()
    }

    /// Of several, the one that knows most of the packets; the first of equals, none where none
    /// knows any.
    pub(in crate::ingest) fn choose<T: AsRef<Self>>(
        all: impl IntoIterator<Item = T>,
        packets: &[&[u8]],
    ) -> Option<T> {
        let mut best: Option<(usize, T)> = None;
        for decoder in all {
            let score = decoder.as_ref().score(packets.iter().copied());
            if score > 0 && best.as_ref().is_none_or(|(most, _)| score > *most) {
                best = Some((score, decoder));
            }
        }
        best.map(|(_, decoder)| decoder)
    }
}

impl AsRef<Self> for Decoder {
    fn as_ref(&self) -> &Self {
        self
    }
}

/// The container that all others build on: without a base, in no other, most descendants.
fn root(dictionary: &Dictionary) -> Option<ContainerId> {
    let containers = &dictionary.containers;
    let mut inside = vec![false; containers.len()];
    for entry in containers.iter().flat_map(|container| &container.entries) {
        if let Item::Container(id) = entry.item
            && let Some(mark) = inside.get_mut(id)
        {
            *mark = true;
        }
    }
    // Bounded: a cycle of bases ends after as many steps as there are containers.
    let top = |id: ContainerId| {
        let mut id = id;
        for _ in 0..containers.len() {
            match containers.get(id).and_then(|container| container.base) {
                Some(base) => id = base,
                None => break,
            }
        }
        id
    };
    let mut descendants = vec![0usize; containers.len()];
    for id in 0..containers.len() {
        if let Some(count) = descendants.get_mut(top(id)) {
            *count += 1;
        }
    }
    (0..containers.len())
        .filter(|id| containers.get(*id).is_some_and(|container| container.base.is_none()))
        .max_by_key(|id| {
            let free = !inside.get(*id).copied().unwrap_or(true);
            (free, descendants.get(*id).copied().unwrap_or(0), std::cmp::Reverse(*id))
        })
}

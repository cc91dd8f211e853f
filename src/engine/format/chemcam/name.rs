//! What a ChemCam file name says, e.g. `CL5_500648808CCS_F0502772CCAM02162P3.CSV` (ChemCam RDR
//! SIS, file naming).

/// Seconds of the MSL spacecraft clock in a sol (a Mars solar day of 88 775.244 s).
const SOL_S: f64 = 88_775.244;
/// Sol and SCLK of local mean midnight, from a ChemCam image of sol 1053 taken at SCLK
/// 490 966 745 = 11:02:10.372 LMST. Good to a few minutes over the mission.
const MIDNIGHT: (f64, f64) = (1053.0, 490_925_922.4);

/// A decoded ChemCam file name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChemcamName {
    /// `CL5` LIBS, `CL9` passive or dark, `CL0` passive average, `CR0` image, `CC0`/`CC4` state
    /// of health, `CL1` dark.
    pub instrument: String,
    /// Spacecraft clock in whole seconds.
    pub sclk: u32,
    /// `EDR`, `ERP`, `RDR`, `CCS`, `PSV`, `PRC`, `ESS`.
    pub product: String,
    /// `F` full or `P` partial.
    pub completeness: char,
    /// Rover site.
    pub site: u16,
    /// Rover drive at the site.
    pub drive: u16,
    /// Sequence number of the sol.
    pub sequence: u8,
    /// Planned sol modulo 1000, as written.
    pub sol_mod_1000: u16,
    /// `P` science team, `M` MIPL, `L` LANL.
    pub producer: char,
    /// Version, a digit or a letter.
    pub version: char,
}

impl ChemcamName {
    /// The sol in which the data were taken, from the spacecraft clock.
    pub fn executed_sol(&self) -> i32 {
        ((f64::from(self.sclk) - MIDNIGHT.1) / SOL_S + MIDNIGHT.0).floor() as i32
    }

    /// The sol for which the observation was planned: the one nearest to the spacecraft clock
    /// whose last three digits are those of the name, if it lies within 10 sols (state-of-health
    /// files carry other numbers there).
    pub fn planned_sol(&self) -> Option<i32> {
        let executed = self.executed_sol();
        let behind = (executed - i32::from(self.sol_mod_1000)).rem_euclid(1000);
        let planned = if behind > 500 { executed + 1000 - behind } else { executed - behind };
        ((planned - executed).abs() <= 10 && planned >= 0).then_some(planned)
    }

    /// What the instrument field stands for.
    pub fn kind(&self) -> &'static str {
        match self.instrument.as_str() {
            "CL5" => "LIBS",
            "CL1" => "LIBS dark",
            "CL9" => "passive or dark spectrum",
            "CL0" => "passive average",
            "CR0" => "RMI image",
            "CC0" | "CC4" => "state of health",
            _ => "other",
        }
    }
}

/// Decodes a ChemCam file name, with or without extension and directories, any case.
pub fn decode_name(name: &str) -> Option<ChemcamName> {
    let base = name.rsplit(['/', '\\']).next()?;
    let base = base.split('.').next()?;
    if base.len() != 36 || !base.is_ascii() {
        return None;
    }
    let base = base.to_ascii_uppercase();
    let part = |from: usize, to: usize| base.get(from - 1..to);
    let letter = |at: usize| part(at, at).and_then(|s| s.chars().next());
    let digits =
        |from: usize, to: usize| part(from, to).filter(|s| s.bytes().all(|b| b.is_ascii_digit()));
    if !base.starts_with('C') || letter(4)? != '_' || letter(17)? != '_' || part(26, 29)? != "CCAM"
    {
        return None;
    }
    Some(ChemcamName {
        instrument: part(1, 3)?.to_owned(),
        sclk: digits(5, 13)?.parse().ok()?,
        product: part(14, 16)?.to_owned(),
        completeness: letter(18)?,
        site: digits(19, 21)?.parse().ok()?,
        drive: digits(22, 25)?.parse().ok()?,
        sequence: digits(30, 31)?.parse().ok()?,
        sol_mod_1000: digits(32, 34)?.parse().ok()?,
        producer: letter(35)?,
        version: letter(36)?,
    })
}

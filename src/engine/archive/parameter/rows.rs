//! Rows that share one time column, in memory.

/// Rows of a group: `columns[k][i]` belongs to `times[i]`; NaN is no value.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Rows {
    /// Nanoseconds.
    pub(super) times: Vec<i64>,
    /// Number of the append that brought the row: the later wins where times are equal.
    pub(super) arrivals: Vec<i64>,
    pub(super) columns: Vec<Vec<f64>>,
}

/// Some rows that follow each other, borrowed.
#[derive(Clone, Debug, Default)]
pub(super) struct RowsView<'a> {
    pub(super) times: &'a [i64],
    pub(super) arrivals: &'a [i64],
    pub(super) columns: Vec<&'a [f64]>,
}

impl RowsView<'_> {
    pub(super) fn len(&self) -> usize {
        self.times.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// The rows of a range of positions.
    pub(super) fn view(&self, from: usize, to: usize) -> Self {
        let to = to.min(self.len());
        let from = from.min(to);
        Self {
            times: &self.times[from..to],
            arrivals: &self.arrivals[from..to],
            columns: self.columns.iter().map(|c| &c[from..to]).collect(),
        }
    }

    pub(super) fn to_rows(&self) -> Rows {
        Rows {
            times: self.times.to_vec(),
            arrivals: self.arrivals.to_vec(),
            columns: self.columns.iter().map(|c| c.to_vec()).collect(),
        }
    }
}

impl Rows {
    pub(super) fn with_columns(columns: usize) -> Self {
        Self { times: Vec::new(), arrivals: Vec::new(), columns: vec![Vec::new(); columns] }
    }

    pub(super) fn len(&self) -> usize {
        self.times.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// Earliest and latest time.
    pub(super) fn hull(&self) -> Option<(i64, i64)> {
        Some((*self.times.iter().min()?, *self.times.iter().max()?))
    }

    /// Adds rows with the same columns.
    pub(super) fn extend(&mut self, other: &RowsView<'_>) {
        self.times.extend_from_slice(other.times);
        self.arrivals.extend_from_slice(other.arrivals);
        for (mine, theirs) in self.columns.iter_mut().zip(&other.columns) {
            mine.extend_from_slice(theirs);
        }
    }

    /// All rows, borrowed.
    pub(super) fn view(&self) -> RowsView<'_> {
        let columns = self.columns.iter().map(Vec::as_slice).collect();
        RowsView { times: &self.times, arrivals: &self.arrivals, columns }
    }

    /// The rows at some positions, in that order.
    pub(super) fn pick(&self, order: &[usize]) -> Self {
        Self {
            times: order.iter().map(|i| self.times[*i]).collect(),
            arrivals: order.iter().map(|i| self.arrivals[*i]).collect(),
            columns: self.columns.iter().map(|c| order.iter().map(|i| c[*i]).collect()).collect(),
        }
    }

    /// The same rows ascending in time; those of one time stay in their order of arrival.
    pub(super) fn sorted(self) -> Self {
        if self.times.is_sorted() {
            return self;
        }
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_by_key(|i| self.times[*i]);
        self.pick(&order)
    }
}

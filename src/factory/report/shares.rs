//! Sums over time that several sections need.

/// Adds to each bin between `edges` how much of `from` to `to` lies in it, times `weight`. Edges are equally far apart.
pub fn spread(bins: &mut [f64], edges: &[f64], from: f64, to: f64, weight: f64) {
    let (Some(first), Some(last)) = (edges.first(), edges.last()) else { return };
    let step = (last - first) / bins.len().max(1) as f64;
    let (from, to) = (from.max(*first), to.min(*last));
    if !(step > 0.0 && to > from) {
        return;
    }
    let index = |time: f64| (((time - first) / step) as usize).min(bins.len() - 1);
    for bin in index(from)..=index(to) {
        let within = to.min(edges[bin + 1]) - from.max(edges[bin]);
        bins[bin] += within.max(0.0) * weight;
    }
}

/// The bin between equally distant `edges` in which a moment lies.
pub fn bin_of(edges: &[f64], at: f64) -> Option<usize> {
    let (first, last) = (*edges.first()?, *edges.last()?);
    let count = edges.len() - 1;
    let inside = at >= first && at <= last && count > 0;
    inside.then(|| (((at - first) / (last - first) * count as f64) as usize).min(count - 1))
}

/// The mean; NaN of nothing.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The value below which that share of sorted values lies; NaN of nothing.
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    let index = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(index.clamp(1, sorted.len().max(1)) - 1).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_spread_over_bins_without_loss() {
        let edges = [0.0, 10.0, 20.0, 30.0];
        let mut bins = [0.0; 3];
        spread(&mut bins, &edges, 5.0, 25.0, 2.0);
        spread(&mut bins, &edges, -5.0, 1.0, 1.0);
        spread(&mut bins, &edges, 29.0, 99.0, 1.0);
        spread(&mut bins, &edges, f64::NAN, 3.0, 0.0);
        assert_eq!(bins, [11.0, 20.0, 11.0]);
        assert_eq!((bin_of(&edges, 30.0), bin_of(&edges, 10.0), bin_of(&edges, 31.0)), (Some(2), Some(1), None));
    }

    #[test]
    fn quantiles_are_values_that_occur() {
        let values = [1.0, 2.0, 3.0, 4.0];
        assert_eq!((quantile(&values, 0.5), quantile(&values, 0.9), quantile(&values, 0.0)), (2.0, 4.0, 1.0));
        assert!(quantile(&[], 0.5).is_nan() && mean(&[]).is_nan());
    }
}

//! Exact results of queueing theory. Rates are per second, times in seconds.

/// A station with one or more equal servers, Poisson arrivals and exponential service: M/M/c.
#[derive(Clone, Copy)]
pub(super) struct Station {
    pub(super) arrivals: f64,
    pub(super) service: f64,
    pub(super) servers: u32,
}

impl Station {
    pub(super) fn utilisation(self) -> f64 {
        self.arrivals * self.service / f64::from(self.servers)
    }

    /// Mean number waiting: Erlang's C times rho / (1 - rho). D. Gross and C. M. Harris, "Fundamentals of Queueing Theory",
    /// 3rd ed. (1998), section 2.3.
    pub(super) fn waiting(self) -> f64 {
        let rho = self.utilisation();
        self.erlang_c() * rho / (1.0 - rho)
    }

    /// Mean number waiting or in service.
    pub(super) fn present(self) -> f64 {
        self.waiting() + self.arrivals * self.service
    }

    /// The probability that an arrival must wait, from Erlang's B by its recursion.
    fn erlang_c(self) -> f64 {
        let load = self.arrivals * self.service;
        let blocked = (1..=self.servers).fold(1.0, |b, servers| load * b / (f64::from(servers) + load * b));
        blocked / (1.0 - self.utilisation() * (1.0 - blocked))
    }
}

/// Mean wait in M/G/1: L. Kleinrock, "Queueing Systems", vol. 1 (1975), section 5.6 (Pollaczek and Khinchine).
pub(super) fn pollaczek_khinchine(arrivals: f64, mean: f64, second_moment: f64) -> f64 {
    arrivals * second_moment / (2.0 * (1.0 - arrivals * mean))
}

/// Arrival rates of the stations of an open network, `routing[i][j]` being the probability to go from i to j: Kleinrock,
/// vol. 1, section 4.8 (J. R. Jackson, 1957).
pub(super) fn traffic(external: &[f64], routing: &[Vec<f64>]) -> Vec<f64> {
    let count = external.len();
    let equation = |to: usize| (0..count).map(|from| f64::from(u8::from(from == to)) - routing[from][to]).collect();
    solve((0..count).map(equation).collect(), external.to_vec())
}

/// The throughput of a closed network of single exponential servers and the mean number at each, by exact mean value
/// analysis: M. Reiser and S. S. Lavenberg, Journal of the ACM 27(2), 1980. `demands` are visits times service.
pub(super) fn mean_value_analysis(demands: &[f64], customers: u32) -> (f64, Vec<f64>) {
    mean_value_analysis_with_delay(demands, 0.0, customers)
}

/// As [`mean_value_analysis`], where customers also spend `delay` each round with nobody in their way.
pub(super) fn mean_value_analysis_with_delay(demands: &[f64], delay: f64, customers: u32) -> (f64, Vec<f64>) {
    let (mut throughput, mut present) = (0.0, vec![0.0; demands.len()]);
    for population in 1..=customers {
        let stay: Vec<f64> = demands.iter().zip(&present).map(|(demand, present)| demand * (1.0 + present)).collect();
        throughput = f64::from(population) / (delay + stay.iter().sum::<f64>());
        present = stay.iter().map(|stay| throughput * stay).collect();
    }
    (throughput, present)
}

/// The mean number that wait or are repaired, where `machines` machines fail one by one at `failure` each while they run and
/// `crew` people repair them, one each, at `repair`: the birth-death process of Gross and Harris, section 2.7.
pub fn machine_repair(machines: u32, crew: u32, failure: f64, repair: f64) -> f64 {
    let step = |weight: &mut f64, down: u32| {
        let now = *weight;
        *weight *= f64::from(machines - down) * failure / (f64::from((down + 1).min(crew)) * repair);
        Some((f64::from(down), now))
    };
    let weights: Vec<(f64, f64)> = (0..=machines).scan(1.0, step).collect();
    let total: f64 = weights.iter().map(|(_, weight)| weight).sum();
    weights.iter().map(|(down, weight)| down * weight).sum::<f64>() / total
}

/// The solution of a system of linear equations, by Gauss's elimination with row exchanges.
pub(super) fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let count = right.len();
    for column in 0..count {
        let largest = |a: &usize, b: &usize| matrix[*a][column].abs().total_cmp(&matrix[*b][column].abs());
        let pivot = (column..count).max_by(largest).unwrap_or(column);
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        let (upper, lower) = matrix.split_at_mut(column + 1);
        let pivot_row = &upper[column];
        for (row, rest) in lower.iter_mut().zip(column + 1..) {
            let factor = row[column] / pivot_row[column];
            row.iter_mut().zip(pivot_row).for_each(|(value, above)| *value -= factor * above);
            right[rest] -= factor * right[column];
        }
    }
    for row in (0..count).rev() {
        let known: f64 = (row + 1..count).map(|column| matrix[row][column] * right[column]).sum();
        right[row] = (right[row] - known) / matrix[row][row];
    }
    right
}

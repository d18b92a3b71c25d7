//! From latitude and longitude to metres and back: the transverse Mercator projection.
//!
//! It is true to scale along the meridian of its origin and keeps angles; 20 km to the east or west of it lengths are
//! 5 parts in a million too great. The series are those of Krüger to the sixth order, as C. F. F. Karney gives them:
//! Transverse Mercator with an accuracy of a few nanometers, Journal of Geodesy 85 (2011) 475-485, equations 7 to 36.

use std::f64::consts::{FRAC_PI_2, PI};

use libm::{asinh, atan, atan2, atanh, cos, cosh, hypot, sin, sinh, sqrt, tan};

/// An ellipsoid of revolution, with what its series need.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Ellipsoid {
    /// Its eccentricity.
    eccentricity: f64,
    /// The radius of the circle that is as long as a meridian: metres.
    radius: f64,
    /// The coefficients there: alpha, of equation 35.
    there: [f64; 6],
    /// The coefficients back: beta, of equation 36.
    back: [f64; 6],
}

impl Ellipsoid {
    /// Of the semi-axis in the plane of the equator (metres) and the flattening.
    fn new(axis: f64, flattening: f64) -> Ellipsoid {
        let n = flattening / (2.0 - flattening);
        let n2 = n * n;
        let [n3, n4, n5, n6] = [n2 * n, n2 * n2, n2 * n2 * n, n2 * n2 * n2];
        Ellipsoid {
            eccentricity: sqrt(flattening * (2.0 - flattening)),
            radius: axis / (1.0 + n) * (1.0 + n2 / 4.0 + n4 / 64.0 + n6 / 256.0),
            there: [
                n / 2.0 - 2.0 / 3.0 * n2 + 5.0 / 16.0 * n3 + 41.0 / 180.0 * n4 - 127.0 / 288.0 * n5
                    + 7891.0 / 37800.0 * n6,
                13.0 / 48.0 * n2 - 3.0 / 5.0 * n3 + 557.0 / 1440.0 * n4 + 281.0 / 630.0 * n5
                    - 1_983_433.0 / 1_935_360.0 * n6,
                61.0 / 240.0 * n3 - 103.0 / 140.0 * n4 + 15061.0 / 26880.0 * n5 + 167_603.0 / 181_440.0 * n6,
                49561.0 / 161_280.0 * n4 - 179.0 / 168.0 * n5 + 6_601_661.0 / 7_257_600.0 * n6,
                34729.0 / 80640.0 * n5 - 3_418_889.0 / 1_995_840.0 * n6,
                212_378_941.0 / 319_334_400.0 * n6,
            ],
            back: [
                n / 2.0 - 2.0 / 3.0 * n2 + 37.0 / 96.0 * n3 - 1.0 / 360.0 * n4 - 81.0 / 512.0 * n5
                    + 96199.0 / 604_800.0 * n6,
                1.0 / 48.0 * n2 + 1.0 / 15.0 * n3 - 437.0 / 1440.0 * n4 + 46.0 / 105.0 * n5
                    - 1_118_711.0 / 3_870_720.0 * n6,
                17.0 / 480.0 * n3 - 37.0 / 840.0 * n4 - 209.0 / 4480.0 * n5 + 5569.0 / 90720.0 * n6,
                4397.0 / 161_280.0 * n4 - 11.0 / 504.0 * n5 - 830_251.0 / 7_257_600.0 * n6,
                4583.0 / 161_280.0 * n5 - 108_847.0 / 3_991_680.0 * n6,
                20_648_693.0 / 638_668_800.0 * n6,
            ],
        }
    }

    /// From latitude, and longitude from the middle meridian (radians), to metres from the equator and that meridian.
    fn project(&self, latitude: f64, longitude: f64) -> [f64; 2] {
        let t = self.conformal(tan(latitude.clamp(-FRAC_PI_2, FRAC_PI_2)));
        let xi = atan2(t, cos(longitude));
        let eta = asinh(sin(longitude) / hypot(t, cos(longitude)));
        let [north, east] = series(&self.there, xi, eta);
        [self.radius * (eta + east), self.radius * (xi + north)]
    }

    /// From metres to latitude and longitude: radians.
    fn unproject(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let (xi, eta) = (y / self.radius, x / self.radius);
        let [north, east] = series(&self.back, xi, eta);
        let (xi, eta) = (xi - north, eta - east);
        let wanted = sin(xi) / hypot(sinh(eta), cos(xi));
        [atan(self.geographic(wanted)), atan2(sinh(eta), cos(xi))]
    }

    /// The tangent of the conformal latitude, of that of the latitude: equations 7 and 9.
    fn conformal(&self, tangent: f64) -> f64 {
        let sine = tangent / hypot(1.0, tangent);
        let sigma = sinh(self.eccentricity * atanh(self.eccentricity * sine));
        tangent * hypot(1.0, sigma) - sigma * hypot(1.0, tangent)
    }

    /// The other way round, by Newton's method: equations 19 to 21.
    fn geographic(&self, wanted: f64) -> f64 {
        let less = 1.0 - self.eccentricity * self.eccentricity;
        let mut tangent = wanted;
        // It doubles the digits that are right, and begins with three of them.
        for _ in 0..4 {
            let is = self.conformal(tangent);
            tangent += (wanted - is) / hypot(1.0, is) * (1.0 + less * tangent * tangent) / (less * hypot(1.0, tangent));
        }
        tangent
    }
}

/// The sums of equation 11: what comes to xi and to eta.
fn series(coefficients: &[f64; 6], xi: f64, eta: f64) -> [f64; 2] {
    let terms = (1..).zip(coefficients).map(|(order, coefficient)| {
        let twice = 2.0 * f64::from(order);
        let (xi, eta) = (twice * xi, twice * eta);
        [coefficient * sin(xi) * cosh(eta), coefficient * cos(xi) * sinh(eta)]
    });
    terms.fold([0.0; 2], |[north, east], [more_north, more_east]| [north + more_north, east + more_east])
}

/// A transverse Mercator projection of the ellipsoid of WGS 84, with a point of it as its origin.
///
/// It is good to a micrometre as far as 30 degrees from the origin's meridian.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Projection {
    ellipsoid: Ellipsoid,
    /// The longitude of the origin: degrees.
    meridian: f64,
    /// How far north of the equator the origin is: metres.
    north: f64,
}

impl Projection {
    /// About an origin: latitude and longitude in degrees.
    pub fn about([latitude, longitude]: [f64; 2]) -> Projection {
        let ellipsoid = Ellipsoid::new(6_378_137.0, 1.0 / 298.257_223_563);
        let [_, north] = ellipsoid.project(latitude.to_radians(), 0.0);
        Projection { ellipsoid, meridian: longitude, north }
    }

    /// Where a point of this latitude and longitude (degrees) is: metres east and north of the origin.
    pub fn forward(&self, [latitude, longitude]: [f64; 2]) -> [f64; 2] {
        let [x, y] = self.ellipsoid.project(latitude.to_radians(), self.east(longitude).to_radians());
        [x, y - self.north]
    }

    /// The latitude and longitude (degrees) of a place.
    pub fn backward(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let [latitude, longitude] = self.ellipsoid.unproject([x, y + self.north]);
        let longitude = self.meridian + longitude * 180.0 / PI;
        [latitude * 180.0 / PI, within_half_turn(longitude)]
    }

    /// How far east of the origin's meridian a longitude is, the short way round: degrees.
    pub(super) fn east(&self, longitude: f64) -> f64 {
        within_half_turn(longitude - self.meridian)
    }
}

/// The same angle from -180 on to below 180: degrees.
fn within_half_turn(angle: f64) -> f64 {
    if (-180.0..180.0).contains(&angle) { angle } else { (angle + 180.0).rem_euclid(360.0) - 180.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_near([x, y]: [f64; 2], [east, north]: [f64; 2], by: f64) {
        assert!((x - east).abs() <= by && (y - north).abs() <= by, "{x} {y} is not {east} {north}");
    }

    /// The worked example of the Ordnance Survey: A guide to coordinate systems in Great Britain, annex C.1 (Airy
    /// 1830).
    #[test]
    fn the_water_tower_of_caister_is_where_the_ordnance_survey_says() {
        let airy = Ellipsoid::new(6_377_563.396, (6_377_563.396 - 6_356_256.909) / 6_377_563.396);
        let degrees =
            |degrees: f64, minutes: f64, seconds: f64| (degrees + minutes / 60.0 + seconds / 3600.0).to_radians();
        let scale = 0.999_601_271_7;
        let [_, south] = airy.project(degrees(49.0, 0.0, 0.0), 0.0);
        let [x, y] = airy.project(degrees(52.0, 39.0, 27.2531), degrees(3.0, 43.0, 4.5177));
        let there = [400_000.0 + scale * x, -100_000.0 + scale * (y - south)];
        assert_near(there, [651_409.903, 313_177.270], 0.001);
    }

    /// The numerical example of J. P. Snyder: Map Projections, A Working Manual (1987), page 269 (Clarke 1866).
    #[test]
    fn a_point_is_where_snyder_says() {
        let eccentricity_squared = 0.006_768_66_f64;
        let clarke = Ellipsoid::new(6_378_206.4, 1.0 - sqrt(1.0 - eccentricity_squared));
        let [x, y] = clarke.project(40.5_f64.to_radians(), 1.5_f64.to_radians());
        assert_near([0.9996 * x, 0.9996 * y], [127_106.5, 4_484_124.4], 0.05);
    }

    /// The quarter of a meridian of WGS 84 is 10001965.7293 m long.
    #[test]
    fn a_quarter_of_a_meridian_is_as_long_as_it_is() {
        let projection = Projection::about([0.0, 9.7]);
        assert_near(projection.forward([90.0, 9.7]), [0.0, 10_001_965.729_3], 1e-4);
        assert_near(projection.forward([-90.0, 9.7]), [0.0, -10_001_965.729_3], 1e-4);
    }

    /// What PROJ says: `+proj=tmerc +algo=poder_engsager +lat_0=50.87 +lon_0=9.7 +k=1 +ellps=WGS84`.
    #[test]
    fn points_are_where_proj_says() {
        let projection = Projection::about([50.87, 9.7]);
        for (point, place) in [
            ([50.87, 9.7], [0.0, 0.0]),
            ([50.9, 9.8], [7_034.845_684, 3_342.146_417]),
            ([50.7, 9.3], [-28_259.709_908, -18_835.170_614]),
            ([52.0, 12.0], [157_949.204_116, 128_218.719_935]),
            ([45.0, 3.0], [-528_273.315_348, -630_788.381_714]),
            ([50.87, 29.7], [1_401_522.603_883, 193_283.762_534]),
            ([-33.0, 18.0], [776_770.634_075, -9_321_145.219_907]),
        ] {
            assert_near(projection.forward(point), place, 2e-6);
        }
    }

    #[test]
    fn there_and_back_is_where_one_was() {
        for origin in [[50.87, 9.7], [-80.0, 179.9], [0.0, 0.0], [89.9, -180.0]] {
            let projection = Projection::about(origin);
            for point in [[50.0, 9.0], [-17.0, 178.0], [-17.0, -178.0], [0.0, 1.0], [89.0, 9.0], [60.0, -160.0]] {
                if projection.east(point[1]).abs() > 30.0 {
                    continue;
                }
                let [latitude, longitude] = projection.backward(projection.forward(point));
                assert!((latitude - point[0]).abs() < 1e-10, "{origin:?} {point:?}: {latitude}");
                assert!(within_half_turn(longitude - point[1]).abs() < 1e-8, "{origin:?} {point:?}: {longitude}");
            }
        }
    }
}

//! A number as text, and what it is worth.

/// Most decimals, which tell any two numbers from a thousandth on apart.
const DECIMALS_MAX: u32 = 19;

/// The least number of 17 digits, which tell any two numbers apart.
const DIGITS_17: u64 = 10_000_000_000_000_000;

/// From here on a number is written with an exponent.
const PLAIN_MAX: f64 = 1e15;

/// Whole numbers up to here are exact as doubles.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;

/// Powers of ten up to this one are exact as doubles.
const EXACT_POWER: i32 = 22;

/// How a double is laid out.
const MANTISSA_BITS: u32 = 52;
const EXPONENT_OF_1: u32 = 1023;

/// A number in JSON's spelling: one that was read is written as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number(String);

impl Number {
    /// Takes a spelling that the reader found to be a number's.
    pub(super) fn spelled(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The shortest decimals that are read as the same number, where 15 digits
    /// tell it, else enough to tell it from any other from 0.001 to 1; none for
    /// what is no finite number, which JSON does not have.
    #[must_use]
    pub fn of_f64(number: f64) -> Option<Self> {
        if !number.is_finite() {
            return None;
        }
        let sign = if number < 0.0 { "-" } else { "" };
        let (mut number, mut exponent) = (number.abs(), 0);
        while number >= PLAIN_MAX {
            number /= 10.0;
            exponent += 1;
        }
        let (digits, decimals) = decimal(number);
        let digits = format!("{digits:0>width$}", width = decimals + 1);
        let (whole, part) = digits.split_at(digits.len() - decimals);
        let exponent = if exponent > 0 { format!("e+{exponent}") } else { String::new() };
        Some(Self(format!("{sign}{whole}.{part}{exponent}")))
    }

    /// Its spelling.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number, if it is spelled as a whole one from 0 to `u64::MAX`.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        self.0.parse().ok()
    }

    /// The number, exact where 15 digits tell it; past the doubles it is
    /// infinite.
    #[must_use]
    pub fn as_f64(&self) -> f64 {
        let (mantissa, exponent) = self.0.split_once(['e', 'E']).unwrap_or((&self.0, "0"));
        // An exponent that is no i32 is past all doubles, but for that of 0.
        let past = if exponent.starts_with('-') { i32::MIN } else { i32::MAX };
        let mut exponent: i32 = exponent.parse().unwrap_or(past);
        let (mut digits, mut decimals, mut full) = (0_u64, false, false);
        for byte in mantissa.bytes() {
            if byte == b'.' {
                decimals = true;
            } else if byte.is_ascii_digit() {
                let longer = digits.checked_mul(10).and_then(|tens| tens.checked_add(u64::from(byte - b'0')));
                full |= longer.is_none();
                digits = longer.filter(|_| !full).unwrap_or(digits);
                exponent = exponent.saturating_add(i32::from(full) - i32::from(decimals));
            }
        }
        let sign = if mantissa.starts_with('-') { -1.0 } else { 1.0 };
        sign * scaled(digits as f64, exponent)
    }
}

/// `digits` times ten to the `exponent`.
fn scaled(mut digits: f64, mut exponent: i32) -> f64 {
    while exponent != 0 && digits != 0.0 && digits.is_finite() {
        let step = exponent.clamp(-EXACT_POWER, EXACT_POWER);
        let power = ten_to(step.unsigned_abs());
        digits = if step < 0 { digits / power } else { digits * power };
        exponent -= step;
    }
    digits
}

fn ten_to(power: u32) -> f64 {
    (0..power).fold(1.0, |product, _| product * 10.0)
}

/// A number from 0 to [`PLAIN_MAX`] as digits, and how many of them are decimals.
fn decimal(number: f64) -> (u64, usize) {
    for decimals in 1..=DECIMALS_MAX {
        let power = ten_to(decimals);
        let digits = (number * power).round();
        if digits < EXACT_MAX && digits / power == number {
            return (digits as u64, decimals as usize);
        }
        if digits >= EXACT_MAX {
            let (digits, decimals) = if number < 1.0 { below_1(number) } else { (digits as u64, decimals) };
            return (digits, decimals as usize);
        }
    }
    ((number * ten_to(DECIMALS_MAX)).round() as u64, DECIMALS_MAX as usize)
}

/// A number below 1 that has more digits than a double counts.
fn below_1(number: f64) -> (u64, u32) {
    let bits = number.to_bits();
    let mantissa = u128::from(bits & ((1 << MANTISSA_BITS) - 1) | 1 << MANTISSA_BITS);
    let halvings = EXPONENT_OF_1 + MANTISSA_BITS - (bits >> MANTISSA_BITS) as u32;
    let digits = |decimals| {
        let doubled = 2 * mantissa * 10_u128.pow(decimals);
        (doubled.checked_shr(halvings).unwrap_or(0).div_ceil(2)) as u64
    };
    let decimals = (17..DECIMALS_MAX).find(|decimals| digits(*decimals) >= DIGITS_17).unwrap_or(DECIMALS_MAX);
    (digits(decimals), decimals)
}

impl From<u64> for Number {
    fn from(number: u64) -> Self {
        Self(number.to_string())
    }
}

//! Numbers as the server stores them in a default: exact decimals, rounded half away from zero.

/// A decimal number: sign, digits, and where the point stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decimal {
    negative: bool,
    /// Digits without leading zeros, as ASCII.
    digits: Vec<u8>,
    /// How many of the digits stand after the point; negative for zeros to be appended.
    scale: i32,
}

impl Decimal {
    /// Reads `[-+]digits[.digits][e[-+]digits]`, nothing before or after.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (negative, rest) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let (mantissa, exponent) = match rest.find(['e', 'E']) {
            Some(at) => (&rest[..at], rest[at + 1..].parse::<i32>().ok()?),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        if !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
            return None;
        }
        let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).skip_while(|b| *b == b'0').collect();
        let scale = i32::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
        // Nothing that a column holds has more digits; this also bounds the work below.
        if scale.unsigned_abs() > 400 || digits.len() > 400 {
            return None;
        }
        Some(Self { negative, digits, scale })
    }

    /// From an unsigned integer.
    pub(super) fn from_u64(value: u64) -> Self {
        let digits = value.to_string().into_bytes();
        Self { negative: false, digits: if value == 0 { Vec::new() } else { digits }, scale: 0 }
    }

    pub(super) fn negated(mut self) -> Self {
        self.negative = !self.negative;
        self
    }

    pub(super) fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    pub(super) fn is_negative(&self) -> bool {
        self.negative && !self.is_zero()
    }

    /// Digits before the point.
    pub(super) fn whole_digits(&self) -> i32 {
        (i32::try_from(self.digits.len()).unwrap_or(i32::MAX)).saturating_sub(self.scale).max(0)
    }

    /// With exactly that many digits after the point, rounded half away from zero.
    pub(super) fn rounded(&self, scale: u8) -> Self {
        let target = i32::from(scale);
        let mut digits = self.digits.clone();
        if self.scale <= target {
            if !digits.is_empty() {
                digits.extend(std::iter::repeat_n(b'0', usize::try_from(target - self.scale).unwrap_or(0)));
            }
        } else {
            let cut = usize::try_from(self.scale - target).unwrap_or(0);
            if cut > digits.len() {
                digits.clear();
            } else {
                let keep = digits.len() - cut;
                let up = digits[keep] >= b'5';
                digits.truncate(keep);
                if up {
                    increment(&mut digits);
                }
            }
        }
        let digits: Vec<u8> = digits.into_iter().skip_while(|b| *b == b'0').collect();
        Self { negative: self.negative && !digits.is_empty(), digits, scale: target }
    }

    /// As text in plain notation, with the scale that it has.
    pub(super) fn to_text(&self) -> String {
        let digits = String::from_utf8_lossy(&self.digits);
        let mut text = String::new();
        if self.negative {
            text.push('-');
        }
        if self.scale <= 0 {
            if digits.is_empty() {
                text.push('0');
            } else {
                text.push_str(&digits);
                text.extend(std::iter::repeat_n('0', self.scale.unsigned_abs() as usize));
            }
            return text;
        }
        let scale = self.scale.unsigned_abs() as usize;
        if digits.len() > scale {
            text.push_str(&digits[..digits.len() - scale]);
            text.push('.');
            text.push_str(&digits[digits.len() - scale..]);
        } else {
            text.push_str("0.");
            text.extend(std::iter::repeat_n('0', scale - digits.len()));
            text.push_str(&digits);
        }
        text
    }

    /// The nearest integer, where it fits.
    pub(super) fn to_i128(&self) -> Option<i128> {
        self.rounded(0).to_text().parse().ok()
    }

    pub(super) fn to_f64(&self) -> f64 {
        let mut text = String::new();
        if self.negative {
            text.push('-');
        }
        text.push('0');
        text.push_str(&String::from_utf8_lossy(&self.digits));
        text.push_str(&format!("e{}", -self.scale));
        text.parse().unwrap_or(0.0)
    }
}

fn increment(digits: &mut Vec<u8>) {
    for digit in digits.iter_mut().rev() {
        if *digit == b'9' {
            *digit = b'0';
        } else {
            *digit += 1;
            return;
        }
    }
    digits.insert(0, b'1');
}

/// A FLOAT or DOUBLE as the server prints it: the shortest digits that read back the same, with an exponent only
/// beyond 15 places (`my_gcvt` in `strings/dtoa.c`).
pub(super) fn float_text(value: f64, double: bool) -> String {
    // `{:e}` gives the shortest digits: `1.5e-7`. A FLOAT has six of them at the most.
    let shortest = if double { format!("{value:e}") } else { six_digits(value as f32) };
    let Some((mantissa, exponent)) = shortest.split_once('e') else { return shortest };
    let Ok(exponent) = exponent.parse::<i32>() else { return shortest };
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |m| ("-", m));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let point = exponent + 1;
    if digits == "0" {
        return "0".to_owned();
    }
    if !(-14..=15).contains(&point) {
        let (first, rest) = digits.split_at(1);
        let rest = if rest.is_empty() { String::new() } else { format!(".{rest}") };
        return format!("{sign}{first}{rest}e{exponent}");
    }
    let length = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    if point <= 0 {
        return format!("{sign}0.{}{digits}", "0".repeat(point.unsigned_abs() as usize));
    }
    if point >= length {
        return format!("{sign}{digits}{}", "0".repeat((point - length).unsigned_abs() as usize));
    }
    let (whole, fraction) = digits.split_at(point.unsigned_abs() as usize);
    format!("{sign}{whole}.{fraction}")
}

fn six_digits(value: f32) -> String {
    let shortest = format!("{value:e}");
    if shortest.bytes().take_while(|b| *b != b'e').filter(u8::is_ascii_digit).count() <= 6 {
        return shortest;
    }
    let rounded = format!("{value:.5e}");
    match rounded.split_once('e') {
        Some((mantissa, exponent)) => {
            format!("{}e{exponent}", mantissa.trim_end_matches('0').trim_end_matches('.'))
        }
        None => rounded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_round_half_away_from_zero() {
        let show = |text: &str, scale| Decimal::parse(text).map(|d| d.rounded(scale).to_text());
        assert_eq!(show("1.5", 0).as_deref(), Some("2"));
        assert_eq!(show("-1.5", 0).as_deref(), Some("-2"));
        assert_eq!(show("0.4", 0).as_deref(), Some("0"));
        assert_eq!(show("9.999", 2).as_deref(), Some("10.00"));
        assert_eq!(show("1", 2).as_deref(), Some("1.00"));
        assert_eq!(show("0", 2).as_deref(), Some("0.00"));
        assert_eq!(show(".05", 2).as_deref(), Some("0.05"));
        assert_eq!(show("1e3", 0).as_deref(), Some("1000"));
        assert_eq!(show("12e-1", 1).as_deref(), Some("1.2"));
        assert_eq!(show("x", 0), None);
    }

    #[test]
    fn floats_print_as_the_server_prints_them() {
        assert_eq!(float_text(1e10, false), "10000000000");
        assert_eq!(float_text(1e20, true), "1e20");
        assert_eq!(float_text(0.1, false), "0.1");
        assert_eq!(float_text(16_777_217.0, false), "16777200");
        assert_eq!(float_text(1.0, true), "1");
        assert_eq!(float_text(-2.5, true), "-2.5");
        assert_eq!(float_text(0.0001, true), "0.0001");
    }
}

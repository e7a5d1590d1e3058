//! Text of others, as a message shows it, and bytes as text.

/// The text on one line, with what cannot be seen, or turns the direction of
/// what follows, spelled out.
///
/// `str::escape_debug` says more, and brings tables of all of Unicode.
pub fn escaped(text: &str) -> String {
    let mut shown = String::new();
    for char in text.chars() {
        match char {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            '"' | '\\' => shown.extend(['\\', char]),
            '\0'..' '
            | '\u{7f}'..='\u{9f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}' => shown.push_str(&format!("\\u{{{:x}}}", u32::from(char))),
            _ => shown.push(char),
        }
    }
    shown
}

/// Two digits to a byte.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let mut text = String::with_capacity(2 * bytes.len() + 4);
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)]);
        text.push(DIGITS[usize::from(byte & 15)]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_has_two_digits() {
        assert_eq!(hex(&[0x00, 0x09, 0xa0, 0xff]), "0009a0ff");
    }

    #[test]
    fn what_cannot_be_seen_is_spelled_out() {
        for (text, shown) in [
            ("a\"b\\c\r\n\t", r#"a\"b\\c\r\n\t"#),
            ("\0\u{1b}\u{7f}\u{9f}", r"\u{0}\u{1b}\u{7f}\u{9f}"),
            ("\u{200b}\u{202e}\u{2028}\u{2066}\u{feff}", r"\u{200b}\u{202e}\u{2028}\u{2066}\u{feff}"),
            ("é🦀'</script>", "é🦀'</script>"),
        ] {
            assert_eq!(escaped(text), shown);
        }
    }
}

//! Text of others, as a message shows it.

/// Writes bytes as hex digits, for `wire/json` alone: everything else calls the crate.
pub fn hex(bytes: &[u8]) -> String {
    hex::encode(bytes)
}

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

#[cfg(test)]
mod tests {
    use super::*;

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

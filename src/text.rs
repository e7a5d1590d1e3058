//! Text of others, as a message shows it.

/// Returns the text as `{:?}` shows it, without the quotation marks: on one
/// line, with invisible characters spelled out. `str::escape_debug` would also
/// escape every apostrophe.
pub fn escaped(text: &str) -> String {
    let quoted = format!("{text:?}");
    quoted[1..quoted.len() - 1].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_text_spells_out_invisible_characters() {
        for (text, shown) in [
            ("", ""),
            ("a\"b\\c\r\n\t", r#"a\"b\\c\r\n\t"#),
            ("\0\u{1b}\u{7f}\u{9f}", r"\0\u{1b}\u{7f}\u{9f}"),
            ("\u{200b}\u{202e}\u{2028}\u{2066}\u{feff}", r"\u{200b}\u{202e}\u{2028}\u{2066}\u{feff}"),
            ("é🦀'</script>", "é🦀'</script>"),
        ] {
            assert_eq!(escaped(text), shown);
        }
    }
}

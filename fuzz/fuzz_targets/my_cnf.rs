//! Every text is an option file or refused with its place, always in the same way.
#![no_main]

use libfuzzer_sys::fuzz_target;
use terp_mysql::option_file::from_text;

fn read(text: &str) -> Result<String, String> {
    match from_text(text, "my.cnf") {
        Ok(settings) => Ok(format!("{:?}", settings.options())),
        Err(error) => Err(error.to_string()),
    }
}

fuzz_target!(|input: (u8, &str)| {
    let (_, text) = input;
    let once = read(text);
    assert_eq!(once, read(text));
    if let Err(message) = once {
        assert!(message.starts_with("my.cnf:"), "{message}");
    }
});

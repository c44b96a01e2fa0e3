//! Every text is the URL of a database or refused; one with a password is never taken from a command line, and the password is not repeated.
#![no_main]

use libfuzzer_sys::fuzz_target;
use terp_mysql::{Settings, UrlPlace};

fuzz_target!(|input: (u8, &str)| {
    let (_, text) = input;
    let from_environment = Settings::from_url(text, UrlPlace::Environment("URL"));
    let from_argument = Settings::from_url(text, UrlPlace::Argument);
    match (from_environment, from_argument) {
        (Ok(one), Ok(other)) => {
            assert!(one.password.is_none());
            assert_eq!(format!("{:?}", one.options().address), format!("{:?}", other.options().address));
        }
        (Ok(one), Err(_)) => assert!(one.password.is_some()),
        (Err(_), Err(error)) => assert!(error.to_string().starts_with("the database's URL: ")),
        (Err(error), Ok(_)) => panic!("{error}"),
    }
});

//! Fetching into an empty cache. Not run by itself, because it downloads 100 MB:
//! `TERP_CACHE=$(mktemp -d) cargo nextest run -p terp-testserver --run-ignored only fetches`.

use terp_testserver::{Error, KNOWN, Options, Origin, Server, cache_folder, fetch, fetch_program};

#[test]
#[ignore = "downloads 100 MB"]
fn fetches_each_known_server() {
    for flavor in KNOWN {
        let mut steps = Vec::new();
        let installation = fetch(flavor, &mut |step| steps.push(step.to_owned())).unwrap();
        assert_eq!(installation.origin, Origin::Cache);
        assert!(installation.client.is_some() && !steps.is_empty(), "{steps:?}");
        let server = Server::start(&installation, Options::default()).unwrap();
        server.create_database().unwrap().execute("CREATE TABLE t (id INT)").unwrap();
        // Now it is there.
        fetch(flavor, &mut |step| panic!("{step}")).unwrap();
        let archives = cache_folder().unwrap().join("apt/sid/cache/archives");
        assert!(
            std::fs::read_dir(archives).unwrap().flatten().all(|entry| entry.path().is_dir()),
            "packages are left"
        );
    }
}

#[test]
#[ignore = "downloads 20 MB"]
fn fetches_a_program_that_runs() {
    let command = fetch_program("skeema", &mut |_| {}).unwrap();
    let output = std::process::Command::new(&command[0]).args(&command[1..]).arg("version").output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("skeema"), "{output:?}");
    // Now it is there.
    fetch_program("skeema", &mut |step| panic!("{step}")).unwrap();
}

#[test]
fn what_is_not_known_is_not_fetched() {
    let error = fetch("mysql:8.0".parse().unwrap(), &mut |step| panic!("{step}")).unwrap_err();
    assert!(matches!(error, Error::Fetch { .. }));
    assert!(error.to_string().contains("mysql:9.7, mariadb:11.8, mariadb:10.11"), "{error}");
}

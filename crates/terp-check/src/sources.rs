//! The texts that a report's findings point into.

use std::collections::HashSet;
use std::path::Path;

use terp_drift::{Report, Sources};
use terp_drizzle::{Project, fs};

/// The text of each file that has a line named in the report's findings, for the text form of the report. The journal
/// is read again; a file that has gone since is left out, and the report then names the place without showing it.
pub fn sources(project: &Project, report: &Report) -> Sources {
    let places = report.findings.iter().flat_map(|finding| &finding.places);
    let wanted: HashSet<&str> =
        places.filter(|place| place.line.is_some()).map(|place| place.file.as_str()).collect();
    let newest = project.newest.as_ref().map(|newest| (newest.path.as_path(), newest.text.as_str()));
    let text = |path: &str| {
        let path = Path::new(path);
        if let Some((_, text)) = newest.filter(|(newest, _)| *newest == path) {
            return Some(text.to_owned());
        }
        if Some(path) == project.journal_path.as_deref() {
            return fs::read_text(path).ok();
        }
        let declared = project.declaration.iter().flat_map(|declaration| &declaration.files);
        if let Some(file) = declared.into_iter().find(|file| file.path == path) {
            return Some(file.text.to_string());
        }
        let file = project.folder.files.iter().find(|file| project.path_of(file) == path)?;
        Some(file.text.clone())
    };
    wanted.into_iter().filter_map(|path| Some((path.to_owned(), text(path)?))).collect()
}

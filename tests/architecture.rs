//! The rooms of `src/` import only from the rooms above them in ARCHITECTURE.md's table.

use std::fs;
use std::path::{Path, PathBuf};

/// Above the table.
const HEADING: &str = "## Rooms of `src/`";

/// The rooms in the table's order, from its lines ``| `kernels/` | … |``.
fn rooms() -> Vec<String> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md")).unwrap();
    let section = text.split(HEADING).nth(1).unwrap().split("\n## ").next().unwrap();
    section.lines().filter_map(|line| Some(line.strip_prefix("| `")?.split('`').next()?.strip_suffix('/')?.to_owned())).collect()
}

/// The first name of every path into the crate: `crate::nn::Linear` and `use crate::{nn::Linear, data}` → `nn`, `data`.
fn crate_paths(source: &str) -> Vec<String> {
    let code: String = source.lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| format!("{line}\n")).collect();
    code.match_indices("crate::").flat_map(|(start, found)| first_names(&code[start + found.len()..])).collect()
}

fn first_names(path: &str) -> Vec<String> {
    let name = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let Some(group) = path.strip_prefix('{') else { return vec![name(path)] };
    let (mut depth, mut names, mut start) = (0, vec![], 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                names.push(name(group[start..at].trim_start()));
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    names
}

/// The rooms that `source`, a file of `room`, imports although they are not above it.
fn violations(rooms: &[String], room: &str, source: &str) -> Vec<String> {
    let place = |name: &str| rooms.iter().position(|room| room == name);
    crate_paths(source).into_iter().filter(|name| place(name) > place(room)).collect()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| match path.is_dir() {
            true => rust_files(&path),
            false => Vec::from_iter(path.extension().is_some_and(|extension| extension == "rs").then_some(path)),
        })
        .collect()
}

#[test]
fn a_room_imports_only_from_the_rooms_above_it() {
    let rooms = rooms();
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = vec![];
    for room in &rooms {
        for file in rust_files(&src.join(room)) {
            let source = fs::read_to_string(&file).unwrap();
            found.extend(violations(&rooms, room, &source).into_iter().map(|other| format!("{} imports {other}/", file.display())));
        }
    }
    assert!(found.is_empty(), "against the order of ARCHITECTURE.md ({}):\n{}", rooms.join(", "), found.join("\n"));
}

#[test]
fn every_folder_of_src_is_a_room_of_the_table() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let folders = fs::read_dir(src).unwrap().map(|entry| entry.unwrap()).filter(|entry| entry.path().is_dir());
    let mut folders: Vec<String> = folders.map(|entry| entry.file_name().into_string().unwrap()).filter(|name| name != "bin").collect();
    let mut rooms = rooms();
    folders.sort();
    rooms.sort();
    assert_eq!(folders, rooms, "the folders of src/ and the table of ARCHITECTURE.md");
}

#[test]
fn an_import_from_below_is_found() {
    let rooms = ["kernels", "tensor", "nn", "lab"].map(String::from);
    let below = |source| violations(&rooms, "tensor", source);
    assert_eq!(below("use crate::nn::Linear;"), ["nn"]);
    assert_eq!(below("use crate::{kernels::{gemm, pool}, lab};"), ["lab"]);
    assert_eq!(below("use crate::{\n    lab::Spec,\n    nn,\n};"), ["lab", "nn"]);
    assert_eq!(below("fn f() { crate::lab::run() }"), ["lab"]);
    assert!(below("use crate::kernels::gemm;\nuse crate::tensor::Tensor;\n// crate::nn builds on this").is_empty());
}

/// Without that it would be built for the browser, too, and the engine a second time for it.
#[test]
fn every_test_beside_the_engine_needs_what_is_native() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    for entry in fs::read_dir(root.join("tests")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let listed = format!("[[test]]\nname = \"{name}\"\nrequired-features = [\"native\"]\n");
            assert!(manifest.contains(&listed), "Cargo.toml needs\n{listed}");
        }
    }
}

//! Names of a script as names of C.

use std::fmt::Write;

/// `p_`, `r_` and `f_` for processes, regions and files; the same for the same name.
#[derive(Debug, Default)]
pub struct NameTable {
    /// Kind, name, name in C: in the order they came.
    known: Vec<(char, String, String)>,
}

impl NameTable {
    /// The C name of a process (`p`), region (`r`) or file (`f`).
    pub fn id(&mut self, kind: char, name: &str) -> String {
        let of_kind = || self.known.iter().filter(|(k, ..)| *k == kind);
        if let Some((.., id)) = of_kind().find(|(_, known, _)| known == name) {
            return id.clone();
        }
        let mut plain = format!("{kind}_");
        for c in name.chars() {
            let _ = match c {
                'A'..='Z' | 'a'..='z' | '0'..='9' | '_' => write!(plain, "{c}"),
                _ => write!(plain, "_{:x}_", u32::from(c)),
            };
        }
        let taken = |id: &str| of_kind().any(|(.., known)| known == id);
        let again = (2..).map(|n| format!("{plain}_{n}"));
        let id = std::iter::once(plain.clone())
            .chain(again)
            .find(|id| !taken(id));
        let id = id.unwrap_or(plain);
        self.known.push((kind, name.to_owned(), id.clone()));
        id
    }

    /// The names of a kind, in the order they came.
    pub fn of(&self, kind: char) -> Vec<String> {
        let of_kind = self.known.iter().filter(|(k, ..)| *k == kind);
        of_kind.map(|(_, name, _)| name.clone()).collect()
    }
}

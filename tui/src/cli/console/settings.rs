//! The console's configuration file: keys, colours.
//!
//! ```toml
//! theme = "light"
//!
//! [keys]
//! kill = "K"
//! quit = ["q", "ctrl-q"]
//! ```
//!
//! It is `--config FILE`, else `hydraq/hydraq.toml` in the user's folder for configurations, if there is one. What is wrong
//! in it is told with its lines, and then nothing is started.

use std::fs;
use std::path::{Path, PathBuf};

use crate::keymap::Keymap;
use crate::theme::Palette;

/// What a configuration says.
#[derive(Debug, Clone, Default)]
pub(in crate::cli) struct Settings {
    /// The keys.
    pub(in crate::cli) keymap: Keymap,
    /// The colours, if it says any.
    pub(in crate::cli) palette: Option<Palette>,
}

impl Settings {
    /// Reads the file that was named, or that of the user, if there is one.
    ///
    /// # Errors
    ///
    /// It cannot be read, or something in it is wrong.
    pub(in crate::cli) fn load(named: Option<&Path>) -> Result<Self, String> {
        let path = match named {
            Some(path) => path.to_owned(),
            None => match user_file(|name| std::env::var(name).ok()).filter(|path| path.exists()) {
                Some(path) => path,
                None => return Ok(Self::default()),
            },
        };
        let text = fs::read_to_string(&path)
            .map_err(|error| format!("{}: it cannot be read: {error}", path.display()))?;
        Self::read(&path.display().to_string(), &text)
    }

    fn read(file: &str, text: &str) -> Result<Self, String> {
        let keymap = Keymap::default().with_config(file, text).map_err(|error| error.to_string())?;
        // It has been read as TOML just now.
        let table: toml::Table = text.parse().map_err(|error| format!("{file}: {error}"))?;
        let mut palette = None;
        for (name, value) in &table {
            match (&**name, value.as_str()) {
                ("keys", _) => {}
                ("theme", Some(theme)) => {
                    palette =
                        Some(theme.parse().map_err(|problem: String| format!("{file}: theme: {problem}"))?);
                }
                ("theme", None) => return Err(format!("{file}: theme is a text, such as \"light\"")),
                _ => return Err(format!("{file}: {name:?} is not known; there are theme and [keys]")),
            }
        }
        Ok(Self { keymap, palette })
    }
}

/// Where a user's configuration is.
fn user_file(variable: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let set = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = set("XDG_CONFIG_HOME").or_else(|| set("HOME").map(|home| home.join(".config")))?;
    Some(folder.join("hydraq").join("hydraq.toml"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keymap::Intent;

    #[test]
    fn keys_and_colours_are_taken_and_everything_else_is_refused() {
        let read = |text| Settings::read("hydraq.toml", text);
        let settings = read("theme = \"high-contrast\"\n[keys]\nkill = \"K\"\n").unwrap();
        assert_eq!(settings.palette, Some(Palette::HighContrast));
        assert_eq!(settings.keymap.shown(Intent::Kill), "K");
        for (text, words) in [
            ("theme = \"pink\"", "okabe-ito"),
            ("theme = 3", "text"),
            ("colour = 3", "theme and [keys]"),
            ("[keys]\nkil = \"K\"", "did you mean kill"),
            ("[keys", "hydraq.toml:1"),
        ] {
            let refused = read(text).map(|_| ()).unwrap_err();
            assert!(refused.contains(words), "{text}: {refused}");
        }
    }

    #[test]
    fn a_file_that_is_named_must_be_there() {
        let folder = tempfile::tempdir().unwrap();
        let refused = Settings::load(Some(&folder.path().join("none.toml"))).map(|_| ());
        assert!(refused.is_err_and(|words| words.contains("cannot be read")));
    }

    #[test]
    fn the_users_file_is_where_configurations_are() {
        let home = |name: &str| (name == "HOME").then(|| "/home/anna".to_owned());
        assert_eq!(user_file(home), Some(PathBuf::from("/home/anna/.config/hydraq/hydraq.toml")));
        let both = |name: &str| Some(format!("/{name}"));
        assert_eq!(user_file(both), Some(PathBuf::from("/XDG_CONFIG_HOME/hydraq/hydraq.toml")));
    }
}

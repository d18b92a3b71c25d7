//! Compiles what members of groups think.

use super::super::Belonging;
use super::Maker;
use crate::engine::spelling::nearest;
use crate::twin::groups::kind::Belongs;

impl Maker<'_, '_> {
    pub(super) fn member(&mut self, belongs: &Belongs) {
        let kinds = self.words.ground.groups;
        let Some((number, (_, kind))) = (0..).zip(&kinds.0).find(|(_, (name, _))| **name == belongs.group) else {
            let help = match nearest(&belongs.group, kinds.0.keys().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("describe it in the section `groups`: groups: {{\"{}\": ()}}", belongs.group),
            };
            self.fault(&["member", "group"], format!("there is no kind of group `{}`", belongs.group), help);
            return;
        };
        for name in belongs.opinions.keys().filter(|name| !kind.agrees.contains_key(*name)) {
            let message = format!("its group does not agree on `{name}`");
            let help = match nearest(name, kind.agrees.keys().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("add it to what it `agrees` on: agrees: {{\"{name}\": ()}}"),
            };
            self.fault(&["member", "opinions", name], message, help);
        }
        let when = belongs.when.as_ref().map(|text| self.condition(&["member", "when"], text));
        let opinion = |name: &String| {
            let text = belongs.opinions.get(name)?;
            Some(self.number(&["member", "opinions", name], text))
        };
        let opinions = kind.agrees.keys().map(opinion).collect();
        self.made.belonging = Some(Belonging { kind: number, when, opinions });
    }
}

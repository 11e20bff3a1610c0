//! Reads the small texts of a mapping file piece by piece, knowing at each step where it is.

/// What is wrong with a rule's text, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RuleFault {
    /// Offset in bytes.
    pub at: usize,
    pub message: String,
    pub expected: Option<String>,
    pub hint: Option<String>,
}

impl RuleFault {
    pub(super) fn new(at: usize, message: impl Into<String>) -> Self {
        Self { at, message: message.into(), expected: None, hint: None }
    }

    pub(super) fn expecting(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    pub(super) fn hinting(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// A text and how far it was read.
#[derive(Debug)]
pub(super) struct Scanner<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    /// The offset of the next piece, blanks before it passed over.
    pub(super) fn at(&mut self) -> usize {
        self.blanks();
        self.at
    }

    /// The offset behind what was read.
    pub(super) fn offset(&self) -> usize {
        self.at
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// Takes `symbol` if it is next, with no blank before it.
    pub(super) fn symbol(&mut self, symbol: &str) -> bool {
        let found = self.rest().starts_with(symbol);
        if found {
            self.at += symbol.len();
        }
        found
    }

    /// Takes `word` if it is next and stands free: after blanks, and before one or the end.
    pub(super) fn word(&mut self, word: &str) -> bool {
        let start = self.at;
        self.blanks();
        let free = self.text.get(..self.at).is_some_and(|before| before.ends_with(char::is_whitespace));
        let followed = self.rest().strip_prefix(word).is_some_and(|rest| {
            rest.is_empty() || rest.starts_with(|next: char| next.is_whitespace() || (next == '(' && word == "in"))
        });
        if followed && free {
            self.at += word.len();
            self.blanks();
            return true;
        }
        self.at = start;
        false
    }

    /// Takes `symbol`, or says that it is missing.
    pub(super) fn demand(&mut self, symbol: &str) -> Result<(), RuleFault> {
        self.blanks();
        if self.symbol(symbol) {
            return Ok(());
        }
        Err(self.unexpected().expecting(format!("'{symbol}'")))
    }

    /// A text between single quotes, if one is next.
    pub(super) fn quoted(&mut self) -> Result<Option<String>, RuleFault> {
        self.blanks();
        let start = self.at;
        if !self.symbol("'") {
            return Ok(None);
        }
        let rest = self.rest();
        let Some((inner, _)) = rest.split_once('\'') else {
            return Err(RuleFault::new(start, "the quoted text has no end").expecting("a closing '"));
        };
        self.at += inner.len() + 1;
        Ok(Some(inner.to_owned()))
    }

    fn take_while(&mut self, fits: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|next| !fits(next)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    /// A name: letters, digits, `_`, and `-` between letters. `N901-2` stops before the minus: it is a component.
    pub(super) fn name(&mut self, expected: &str) -> Result<String, RuleFault> {
        self.blanks();
        let start = self.at;
        let mut name = self.take_while(|next| next.is_ascii_alphanumeric() || next == '_').to_owned();
        while name.ends_with(|last: char| last.is_ascii_lowercase())
            && self
                .rest()
                .strip_prefix('-')
                .is_some_and(|rest| rest.starts_with(|next: char| next.is_ascii_lowercase()))
        {
            self.at += 1;
            name.push('-');
            name.push_str(self.take_while(|next| next.is_ascii_alphanumeric() || next == '_'));
        }
        if name.is_empty() {
            self.at = start;
            return Err(self.unexpected().expecting(expected));
        }
        Ok(name)
    }

    /// A canonical path: names with points between them.
    pub(super) fn path(&mut self) -> Result<String, RuleFault> {
        self.blanks();
        let path = self.take_while(|next| next.is_ascii_alphanumeric() || matches!(next, '_' | '-' | '.'));
        if path.is_empty() || path.starts_with(['.', '-']) || path.ends_with('.') || path.contains("..") {
            self.at -= path.len();
            return Err(self.unexpected().expecting("the path of a member, such as quantity.unit"));
        }
        Ok(path.to_owned())
    }

    /// A value: a quoted text, or everything up to a blank, a comma or a bracket.
    pub(super) fn value(&mut self) -> Result<String, RuleFault> {
        if let Some(text) = self.quoted()? {
            return Ok(text);
        }
        if self.rest().starts_with('=') {
            return Err(self.unexpected().expecting("a value").hinting("one '=' compares"));
        }
        let value =
            self.take_while(|next| !next.is_whitespace() && !matches!(next, ',' | '(' | ')' | '[' | ']' | '\''));
        if value.is_empty() {
            return Err(self.unexpected().expecting("a value"));
        }
        Ok(value.to_owned())
    }

    /// A number from 1.
    pub(super) fn ordinal(&mut self, expected: &str) -> Result<u32, RuleFault> {
        let start = self.at;
        let digits = self.take_while(|next| next.is_ascii_digit());
        match digits.parse() {
            Ok(number) if number > 0 => Ok(number),
            _ => {
                self.at = start;
                Err(self.unexpected().expecting(format!("{expected}, from 1")))
            }
        }
    }

    /// Digits with at most one point among them.
    pub(super) fn number(&mut self) -> &'t str {
        self.take_while(|next| next.is_ascii_digit() || next == '.')
    }

    pub(super) fn peek(&mut self) -> Option<char> {
        self.blanks();
        self.rest().chars().next()
    }

    /// Says what stands here, which should not.
    pub(super) fn unexpected(&self) -> RuleFault {
        let found: String = self.rest().split_whitespace().next().unwrap_or_default().chars().take(40).collect();
        if found.is_empty() {
            return RuleFault::new(self.text.len(), "the rule ends too early");
        }
        RuleFault::new(self.at, format!("'{found}' does not belong here"))
    }

    /// Nothing may be left.
    pub(super) fn end(&mut self, expected: &str) -> Result<(), RuleFault> {
        self.blanks();
        if self.rest().is_empty() { Ok(()) } else { Err(self.unexpected().expecting(expected)) }
    }
}

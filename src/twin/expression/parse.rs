//! Tokens as a tree.

use std::ops::Range;

use super::ExpressionError;
use super::lex::{Token, tokens};
use super::program::STACK;

/// How deep an expression may be nested. Each level needs at most one more place on the stack of a [`Program`].
///
/// [`Program`]: super::Program
const DEEPEST: usize = STACK - 1;
/// And how long it may be. Nobody means to write more, and the tree of a chain is as deep as the chain is long.
const LONGEST: usize = 1_000;

/// A part of an expression, with its place in the text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tree {
    pub place: Range<usize>,
    pub node: Node,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Number(f64),
    Truth(bool),
    Text(String),
    Name(String),
    Call(String, Vec<Tree>),
    Not(Box<Tree>),
    Minus(Box<Tree>),
    Pair(Operator, Box<[Tree; 2]>),
}

/// What stands between two parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Or,
    And,
    Less,
    AtMost,
    More,
    AtLeast,
    Equal,
    Unequal,
    Plus,
    Minus,
    Times,
    Through,
}

impl Operator {
    pub const ALL: [(&str, Operator); 12] = [
        ("or", Operator::Or),
        ("and", Operator::And),
        ("<", Operator::Less),
        ("<=", Operator::AtMost),
        (">", Operator::More),
        (">=", Operator::AtLeast),
        ("==", Operator::Equal),
        ("!=", Operator::Unequal),
        ("+", Operator::Plus),
        ("-", Operator::Minus),
        ("*", Operator::Times),
        ("/", Operator::Through),
    ];

    /// How it is written.
    pub fn sign(self) -> &'static str {
        Operator::ALL[self as usize].0
    }

    /// What binds tighter has a higher rank.
    pub fn rank(self) -> u8 {
        match self {
            Operator::Or => 1,
            Operator::And => 2,
            Operator::Less | Operator::AtMost | Operator::More | Operator::AtLeast => COMPARISON,
            Operator::Equal | Operator::Unequal => COMPARISON,
            Operator::Plus | Operator::Minus => 5,
            Operator::Times | Operator::Through => 6,
        }
    }
}

/// `not` is weaker than a comparison, and stronger than `and`.
const NOT: u8 = 3;
const COMPARISON: u8 = 4;
/// A minus before a number is stronger than what stands between two.
const MINUS: u8 = 7;

/// The tree of a text.
///
/// # Errors
/// The first place where the text is not as it should be.
pub(super) fn parse(text: &str) -> Result<Tree, ExpressionError> {
    let tokens = tokens(text)?;
    if let Some((_, place)) = tokens.get(LONGEST) {
        let message = format!("an expression has at most {LONGEST} words and signs");
        return Err(ExpressionError::new(place.start..text.len(), message).help("take it apart"));
    }
    let mut parser = Parser { tokens, next: 0, depth: 0, end: text.len() };
    let tree = parser.expression(0)?;
    match parser.peek() {
        None => Ok(tree),
        Some((token, place)) => Err(surplus(token, place.clone())),
    }
}

/// All names in a tree, of values and of what is asked.
pub(super) fn names(tree: &Tree) -> Vec<String> {
    match &tree.node {
        Node::Number(_) | Node::Truth(_) | Node::Text(_) => Vec::new(),
        Node::Name(name) => vec![name.clone()],
        Node::Call(_, arguments) => arguments.iter().flat_map(names).collect(),
        Node::Not(inner) | Node::Minus(inner) => names(inner),
        Node::Pair(_, sides) => sides.iter().flat_map(names).collect(),
    }
}

/// The parts that `and` joins at the top of a tree.
pub(super) fn conjuncts(tree: &Tree) -> Vec<&Tree> {
    match &tree.node {
        Node::Pair(Operator::And, sides) => sides.iter().flat_map(conjuncts).collect(),
        _ => vec![tree],
    }
}

fn surplus(token: &Token, place: Range<usize>) -> ExpressionError {
    let error = ExpressionError::new(place, "the expression is over before this");
    match token {
        Token::Sign(")") => error.help("take it away, or open it with `(`"),
        Token::Sign(",") => error.help("commas stand between the arguments of a function only"),
        Token::Name(name) => error.help(format!(
            "join both parts by `and`, `or`, or a sign such as `+`; a unit stands right behind its number, as in `5{name}`"
        )),
        _ => error.help("join both parts by `and`, `or`, or a sign such as `+`"),
    }
}

struct Parser<'a> {
    tokens: Vec<(Token<'a>, Range<usize>)>,
    next: usize,
    depth: usize,
    /// Of the text.
    end: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&(Token<'a>, Range<usize>)> {
        self.tokens.get(self.next)
    }

    fn take(&mut self) -> Option<(Token<'a>, Range<usize>)> {
        let token = self.peek().cloned();
        self.next += usize::from(token.is_some());
        token
    }

    fn takes(&mut self, sign: &str) -> Option<Range<usize>> {
        let place = self.peek().filter(|(token, _)| matches!(token, Token::Sign(other) if *other == sign))?.1.clone();
        self.next += 1;
        Some(place)
    }

    fn operator(&self) -> Option<Operator> {
        let (token, _) = self.peek()?;
        let (Token::Sign(sign) | Token::Name(sign)) = token else { return None };
        Operator::ALL.iter().find(|(other, _)| other == sign).map(|(_, operator)| *operator)
    }

    /// An expression whose operators have at least that rank (precedence climbing).
    fn expression(&mut self, least: u8) -> Result<Tree, ExpressionError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            let place = self.peek().map_or(self.end..self.end, |(_, place)| place.clone());
            let error = ExpressionError::new(place, format!("this is nested more than {DEEPEST} deep"));
            return Err(error.help("take some of it apart"));
        }
        let mut left = self.part()?;
        while let Some(operator) = self.operator().filter(|operator| operator.rank() >= least) {
            self.next += 1;
            let right = self.expression(operator.rank() + 1)?;
            self.refuse_chain(operator, &left)?;
            let place = left.place.start..right.place.end;
            left = Tree { place, node: Node::Pair(operator, Box::new([left, right])) };
        }
        self.depth -= 1;
        Ok(left)
    }

    /// `0 < x < 5` would compare a truth with a number.
    fn refuse_chain(&self, operator: Operator, left: &Tree) -> Result<(), ExpressionError> {
        let Some((_, place)) = self.peek().filter(|_| operator.rank() == COMPARISON) else { return Ok(()) };
        if self.operator().is_none_or(|next| next.rank() != COMPARISON) {
            return Ok(());
        }
        let error = ExpressionError::new(left.place.start..place.end, "a comparison has two sides");
        Err(error.help("write two, such as `0 < x and x < 5`"))
    }

    /// What stands before or between operators.
    fn part(&mut self) -> Result<Tree, ExpressionError> {
        let Some((token, place)) = self.take() else {
            let error = ExpressionError::new(self.end..self.end, "something is missing here");
            return Err(error.help("write a name, a number or a condition"));
        };
        let node = match token {
            Token::Number(number) => Node::Number(number),
            Token::Text(text) => Node::Text(text.to_owned()),
            Token::Name("true") => Node::Truth(true),
            Token::Name("false") => Node::Truth(false),
            Token::Name("not") => {
                let inner = self.expression(NOT)?;
                return Ok(Tree { place: place.start..inner.place.end, node: Node::Not(Box::new(inner)) });
            }
            Token::Sign("-") => {
                let inner = self.expression(MINUS)?;
                return Ok(Tree { place: place.start..inner.place.end, node: Node::Minus(Box::new(inner)) });
            }
            Token::Sign("(") => {
                let inner = self.expression(0)?;
                let end = self.close(&place)?;
                return Ok(Tree { place: place.start..end, node: inner.node });
            }
            Token::Name(name) if self.takes("(").is_some() => {
                let (arguments, end) = self.arguments(&place)?;
                return Ok(Tree { place: place.start..end, node: Node::Call(name.to_owned(), arguments) });
            }
            Token::Name(name) if !is_operator(name) => Node::Name(name.to_owned()),
            Token::Name(sign) => return Err(self.lacks_left(sign, place)),
            Token::Sign(sign) => return Err(self.lacks_left(sign, place)),
        };
        Ok(Tree { place, node })
    }

    fn lacks_left(&self, sign: &str, place: Range<usize>) -> ExpressionError {
        let error = ExpressionError::new(place, format!("something is missing before `{sign}`"));
        error.help("write a name, a number or a condition")
    }

    fn arguments(&mut self, open: &Range<usize>) -> Result<(Vec<Tree>, usize), ExpressionError> {
        let mut arguments = Vec::new();
        if let Some(place) = self.takes(")") {
            return Ok((arguments, place.end));
        }
        loop {
            arguments.push(self.expression(0)?);
            if self.takes(",").is_none() {
                return Ok((arguments, self.close(open)?));
            }
        }
    }

    fn close(&mut self, open: &Range<usize>) -> Result<usize, ExpressionError> {
        if let Some(place) = self.takes(")") {
            return Ok(place.end);
        }
        let end = self.peek().map_or(self.end, |(_, place)| place.start);
        Err(ExpressionError::new(open.start..end, "this is not closed").help("write `)` where it ends"))
    }
}

fn is_operator(name: &str) -> bool {
    Operator::ALL.iter().any(|(other, _)| *other == name)
}

//! Trees as programs: what every part is, and the steps to it.

use std::sync::Arc;

use super::parse::{Node, Operator, Tree};
use super::program::{Op, Pair, Program, Single};
use super::{ExpressionError, Question, Symbol, Type, Unfit, Vocabulary};
use crate::engine::spelling::nearest;

/// Functions that every vocabulary has.
#[derive(Clone, Copy)]
enum Function {
    /// Of one number.
    Single(Single),
    /// Of two numbers.
    Pair(Pair),
    /// Of two numbers or more, two at a time.
    Fold(Pair),
    Clamp,
    If,
    Known,
}

const FUNCTIONS: [(&str, Function); 15] = [
    ("abs", Function::Single(Single::Absolute)),
    ("ceil", Function::Single(Single::Ceiling)),
    ("clamp", Function::Clamp),
    ("cos", Function::Single(Single::Cosine)),
    ("exp", Function::Single(Single::Exponential)),
    ("floor", Function::Single(Single::Floor)),
    ("if", Function::If),
    ("known", Function::Known),
    ("ln", Function::Single(Single::Logarithm)),
    ("max", Function::Fold(Pair::Most)),
    ("min", Function::Fold(Pair::Least)),
    ("pow", Function::Pair(Pair::Power)),
    ("round", Function::Single(Single::Round)),
    ("sin", Function::Single(Single::Sine)),
    ("sqrt", Function::Single(Single::Root)),
];

impl Function {
    /// How its arguments are written.
    fn arguments(self) -> &'static str {
        match self {
            Function::Single(_) | Function::Known => "(x)",
            Function::Pair(_) => "(x, y)",
            Function::Fold(_) => "(x, y, ..)",
            Function::Clamp => "(x, least, most)",
            Function::If => "(condition, then, else)",
        }
    }

    fn takes(self, count: usize) -> bool {
        match self {
            Function::Single(_) | Function::Known => count == 1,
            Function::Pair(_) => count == 2,
            Function::Fold(_) => count >= 2,
            Function::Clamp | Function::If => count == 3,
        }
    }
}

/// Compiles a tree.
///
/// # Errors
/// The first part of it that makes no sense.
pub(super) fn compile(tree: &Tree, vocabulary: &mut dyn Vocabulary) -> Result<(Program, Type), ExpressionError> {
    let mut compiler = Compiler { ops: Vec::new(), vocabulary };
    let kind = compiler.part(tree)?;
    Ok((Program::new(compiler.ops), kind))
}

struct Compiler<'a> {
    ops: Vec<Op>,
    vocabulary: &'a mut dyn Vocabulary,
}

impl Compiler<'_> {
    /// Adds the steps to a part, and says what it is.
    fn part(&mut self, tree: &Tree) -> Result<Type, ExpressionError> {
        match &tree.node {
            Node::Number(number) => {
                self.ops.push(Op::Push(*number));
                Ok(Type::Number)
            }
            Node::Truth(truth) => {
                self.ops.push(Op::Push(f64::from(u8::from(*truth))));
                Ok(Type::Truth)
            }
            Node::Text(text) => {
                let message = format!("the word {text:?} stands by itself");
                let error = ExpressionError::new(tree.place.clone(), message);
                Err(error.help("words are compared: `machine.state == \"down\"`"))
            }
            Node::Name(name) => self.load(tree, name),
            Node::Call(name, arguments) => match FUNCTIONS.iter().find(|(other, _)| other == name) {
                Some((_, function)) => self.function(tree, name, *function, arguments),
                None => self.question(tree, name, arguments),
            },
            Node::Not(inner) => {
                self.expect(inner, &Type::Truth, "`not`")?;
                self.ops.push(Op::Single(Single::Not));
                Ok(Type::Truth)
            }
            Node::Minus(inner) => {
                self.expect(inner, &Type::Number, "`-`")?;
                self.ops.push(Op::Single(Single::Negative));
                Ok(Type::Number)
            }
            Node::Pair(operator, sides) => self.pair(tree, *operator, sides),
        }
    }

    fn expect(&mut self, tree: &Tree, wanted: &Type, who: &str) -> Result<(), ExpressionError> {
        let kind = self.part(tree)?;
        if kind == *wanted {
            return Ok(());
        }
        let message = format!("{who} wants {} here, and this is {}", wanted.name(), kind.name());
        let error = ExpressionError::new(tree.place.clone(), message);
        Err(match (&kind, wanted) {
            (Type::Number, Type::Truth) => error.help("compare it with something: `battery.charge < 0.2`"),
            (Type::Word(words), _) => error.help(format!("compare it with one of its words: {}", list(words))),
            (Type::Truth, _) => error.help("make a number of it: `if(condition, 1, 0)`"),
            (Type::Twin, _) => error.help("ask whether there is one: `known(..)`"),
            _ => error,
        })
    }

    fn load(&mut self, tree: &Tree, name: &str) -> Result<Type, ExpressionError> {
        match self.vocabulary.find(Question::Value(name)) {
            Ok(Some(symbol)) => return Ok(self.value_of(symbol)),
            Ok(None) => {}
            Err(Unfit { message, help }) => return Err(ExpressionError { place: tree.place.clone(), message, help }),
        }
        let error = ExpressionError::new(tree.place.clone(), format!("there is no value `{name}` here"));
        Err(match nearest(name, self.vocabulary.values().into_iter()) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help(among("values", self.vocabulary.values())),
        })
    }

    fn value_of(&mut self, symbol: Symbol) -> Type {
        self.ops.push(Op::Load(symbol.slot));
        symbol.kind
    }

    /// What is asked of something that is named.
    fn question(&mut self, tree: &Tree, name: &str, arguments: &[Tree]) -> Result<Type, ExpressionError> {
        let error = |message: String| ExpressionError::new(tree.place.clone(), message);
        let questions = self.vocabulary.questions();
        let Some(example) =
            questions.iter().find(|(other, _)| *other == name).map(|(_, example)| (*example).to_owned())
        else {
            let known = questions.into_iter().map(|(question, _)| question);
            let known: Vec<&str> = known.chain(FUNCTIONS.map(|(function, _)| function)).collect();
            let error = error(format!("there is no function `{name}`"));
            return Err(match nearest(name, known.iter().copied()) {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error.help(among("functions", known)),
            });
        };
        let named = arguments.iter().map(|argument| match &argument.node {
            Node::Name(of) | Node::Text(of) => Some(of.as_str()),
            _ => None,
        });
        let Some(named) = named.collect::<Option<Vec<&str>>>() else {
            return Err(error(format!("`{name}` is asked of names")).help(format!("write it as {example}")));
        };
        match self.vocabulary.find(Question::Of(name, &named)) {
            Ok(Some(symbol)) => Ok(self.value_of(symbol)),
            Ok(None) => Err(error(format!("`{name}` is asked otherwise")).help(format!("write it as {example}"))),
            Err(Unfit { message, help }) => {
                let [first, ..] = arguments else { return Err(error(message)) };
                let last = arguments.last().unwrap_or(first);
                Err(ExpressionError { place: first.place.start..last.place.end, message, help })
            }
        }
    }

    fn function(
        &mut self,
        tree: &Tree,
        name: &str,
        function: Function,
        arguments: &[Tree],
    ) -> Result<Type, ExpressionError> {
        if !function.takes(arguments.len()) {
            let message = format!("`{name}` does not take {} arguments", arguments.len());
            let error = ExpressionError::new(tree.place.clone(), message);
            return Err(error.help(format!("write it as `{name}{}`", function.arguments())));
        }
        match function {
            Function::If => return self.choice(arguments),
            Function::Known => {
                self.part(&arguments[0])?;
                self.ops.push(Op::Single(Single::Known));
                return Ok(Type::Truth);
            }
            _ => {}
        }
        let who = format!("`{name}`");
        for (place, argument) in arguments.iter().enumerate() {
            self.expect(argument, &Type::Number, &who)?;
            match (function, place) {
                (Function::Single(single), _) => self.ops.push(Op::Single(single)),
                (Function::Pair(pair) | Function::Fold(pair), 1..) => self.ops.push(Op::Pair(pair)),
                (Function::Clamp, 1) => self.ops.push(Op::Pair(Pair::Most)),
                (Function::Clamp, 2) => self.ops.push(Op::Pair(Pair::Least)),
                _ => {}
            }
        }
        Ok(Type::Number)
    }

    fn choice(&mut self, arguments: &[Tree]) -> Result<Type, ExpressionError> {
        self.expect(&arguments[0], &Type::Truth, "`if`")?;
        let branch = self.later();
        let kind = self.part(&arguments[1])?;
        let jump = self.later();
        let no = self.here();
        self.expect(&arguments[2], &kind, "`if`, by its first side,")?;
        let end = self.here();
        self.ops[branch] = Op::Branch(no, end);
        self.ops[jump] = Op::Jump(end);
        Ok(kind)
    }

    fn pair(&mut self, tree: &Tree, operator: Operator, sides: &[Tree; 2]) -> Result<Type, ExpressionError> {
        let [left, right] = sides;
        let who = format!("`{}`", operator.sign());
        let (pair, wanted, kind) = match operator {
            Operator::And | Operator::Or => return self.join(operator, sides, &who),
            Operator::Equal | Operator::Unequal => return self.compare(tree, operator, sides),
            Operator::Less => (Pair::Less, Type::Number, Type::Truth),
            Operator::AtMost => (Pair::AtMost, Type::Number, Type::Truth),
            Operator::More => (Pair::More, Type::Number, Type::Truth),
            Operator::AtLeast => (Pair::AtLeast, Type::Number, Type::Truth),
            Operator::Plus => (Pair::Plus, Type::Number, Type::Number),
            Operator::Minus => (Pair::Minus, Type::Number, Type::Number),
            Operator::Times => (Pair::Times, Type::Number, Type::Number),
            Operator::Through => (Pair::Through, Type::Number, Type::Number),
        };
        self.expect(left, &wanted, &who)?;
        self.expect(right, &wanted, &who)?;
        self.ops.push(Op::Pair(pair));
        Ok(kind)
    }

    /// The right side is not looked at where the left decides.
    fn join(&mut self, operator: Operator, [left, right]: &[Tree; 2], who: &str) -> Result<Type, ExpressionError> {
        self.expect(left, &Type::Truth, who)?;
        let skip = self.later();
        self.expect(right, &Type::Truth, who)?;
        let (pair, op): (Pair, fn(u32) -> Op) = match operator {
            Operator::And => (Pair::And, Op::SkipIfFalse),
            _ => (Pair::Or, Op::SkipIfTrue),
        };
        self.ops.push(Op::Pair(pair));
        self.ops[skip] = op(self.here());
        Ok(Type::Truth)
    }

    fn compare(&mut self, tree: &Tree, operator: Operator, sides: &[Tree; 2]) -> Result<Type, ExpressionError> {
        let pair = if operator == Operator::Equal { Pair::Equal } else { Pair::Unequal };
        match sides {
            [value, Tree { node: Node::Text(word), place }] | [Tree { node: Node::Text(word), place }, value]
                if !matches!(value.node, Node::Text(_)) =>
            {
                let kind = self.part(value)?;
                let Type::Word(words) = &kind else {
                    let message = format!("this is {}, and cannot be the word {word:?}", kind.name());
                    let error = ExpressionError::new(value.place.clone(), message);
                    return Err(error.help(match kind {
                        Type::Truth => "write it as it is, or `not` before it",
                        _ => "compare it with a number",
                    }));
                };
                let Some(number) = words.iter().position(|other| **other == **word) else {
                    let error = ExpressionError::new(place.clone(), format!("it is never {word:?}"));
                    return Err(error.help(format!("its words are {}", list(words))));
                };
                self.ops.push(Op::Push(number as f64));
            }
            [left, right] => {
                let (a, b) = (self.part(left)?, self.part(right)?);
                if a != b {
                    let message = match (&a, &b) {
                        (Type::Word(_), Type::Word(_)) => "these two have different words".to_owned(),
                        _ => format!("{} is compared with {}", a.name(), b.name()),
                    };
                    return Err(ExpressionError::new(tree.place.clone(), message).help("compare like with like"));
                }
            }
        }
        self.ops.push(Op::Pair(pair));
        Ok(Type::Truth)
    }

    /// A step that will be known when what follows is.
    fn later(&mut self) -> usize {
        self.ops.push(Op::Jump(0));
        self.ops.len() - 1
    }

    fn here(&self) -> u32 {
        self.ops.len() as u32
    }
}

fn list(words: &[Arc<str>]) -> String {
    words.iter().map(|word| format!("{word:?}")).collect::<Vec<_>>().join(", ")
}

fn among(what: &str, names: Vec<&str>) -> String {
    const MOST: usize = 12;
    if names.is_empty() {
        return format!("there are no {what} here");
    }
    let shown: Vec<String> = names.iter().take(MOST).map(|name| format!("`{name}`")).collect();
    let more = if names.len() > MOST { ", .." } else { "" };
    format!("{what} are {}{more}", shown.join(", "))
}

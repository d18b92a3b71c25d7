//! What an expression is compiled to: a list of small steps on a stack of numbers.
//!
//! Every value is a number: a truth is 1 or 0, a word its place among its words, and what is not known is NaN.

/// How many numbers a program may put aside at a time.
pub(super) const STACK: usize = 32;
/// How many numbers those need that do not need many.
const SHALLOW: usize = 4;

/// A step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Op {
    /// Puts a number on the stack.
    Push(f64),
    /// Puts the value of a slot on it.
    Load(u32),
    /// Takes two from the stack and puts what comes of them there.
    Pair(Pair),
    /// Takes one.
    Single(Single),
    /// Goes on elsewhere if the top is false, and leaves it: the other side of an `and` does not matter.
    SkipIfFalse(u32),
    /// Likewise for an `or`.
    SkipIfTrue(u32),
    /// Takes one: if false goes on at the first place; if unknown leaves it and goes on at the second.
    Branch(u32, u32),
    /// Goes on elsewhere.
    Jump(u32),
    /// Puts there what comes of the value of a slot and a number: three steps in one, for `charge < 0.2` and its like.
    Compare(Pair, u32, f64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pair {
    And,
    Or,
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
    Least,
    Most,
    Power,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Single {
    Not,
    Negative,
    Known,
    Absolute,
    Root,
    Exponential,
    Logarithm,
    Sine,
    Cosine,
    Floor,
    Ceiling,
    Round,
}

fn truth(holds: bool, known: bool) -> f64 {
    if known { f64::from(u8::from(holds)) } else { f64::NAN }
}

impl Pair {
    pub fn of(self, a: f64, b: f64) -> f64 {
        let known = !a.is_nan() && !b.is_nan();
        match self {
            // One that decides by itself, else what both say, which is unknown if either is.
            Pair::And => {
                if a == 0.0 || b == 0.0 {
                    0.0
                } else {
                    a * b
                }
            }
            Pair::Or => {
                if a == 1.0 || b == 1.0 {
                    1.0
                } else {
                    a + b
                }
            }
            Pair::Less => truth(a < b, known),
            Pair::AtMost => truth(a <= b, known),
            Pair::More => truth(a > b, known),
            Pair::AtLeast => truth(a >= b, known),
            Pair::Equal => truth(a == b, known),
            Pair::Unequal => truth(a != b, known),
            Pair::Plus => a + b,
            Pair::Minus => a - b,
            Pair::Times => a * b,
            // There is no answer to it, and infinity would be taken for one.
            Pair::Through => {
                if b == 0.0 {
                    f64::NAN
                } else {
                    a / b
                }
            }
            Pair::Least => {
                if known {
                    a.min(b)
                } else {
                    f64::NAN
                }
            }
            Pair::Most => {
                if known {
                    a.max(b)
                } else {
                    f64::NAN
                }
            }
            Pair::Power => {
                if known {
                    libm::pow(a, b)
                } else {
                    f64::NAN
                }
            }
        }
    }
}

impl Single {
    pub fn of(self, a: f64) -> f64 {
        match self {
            Single::Not => 1.0 - a,
            Single::Negative => -a,
            Single::Known => truth(!a.is_nan(), true),
            Single::Absolute => a.abs(),
            Single::Root => a.sqrt(),
            Single::Exponential => libm::exp(a),
            Single::Logarithm => {
                if a > 0.0 {
                    libm::log(a)
                } else {
                    f64::NAN
                }
            }
            Single::Sine => libm::sin(a),
            Single::Cosine => libm::cos(a),
            Single::Floor => a.floor(),
            Single::Ceiling => a.ceil(),
            Single::Round => a.round(),
        }
    }
}

impl Op {
    /// Whether there is one more number after it.
    fn adds(&self) -> bool {
        matches!(self, Op::Push(_) | Op::Load(_) | Op::Compare(..))
    }

    /// The slot that it reads.
    fn reads(&self) -> Option<u32> {
        match self {
            Op::Load(slot) | Op::Compare(_, slot, _) => Some(*slot),
            _ => None,
        }
    }
}

/// Makes one step of three where a value is compared with a number. Steps that others lead to stay steps.
fn fuse(ops: Vec<Op>) -> Vec<Op> {
    let leads_to = |op: &Op| match *op {
        Op::SkipIfFalse(to) | Op::SkipIfTrue(to) | Op::Jump(to) => [Some(to), None],
        Op::Branch(no, end) => [Some(no), Some(end)],
        _ => [None; 2],
    };
    let targets: Vec<u32> = ops.iter().flat_map(leads_to).flatten().collect();
    let mut fused = Vec::with_capacity(ops.len());
    // Where each step is afterwards.
    let mut places = Vec::with_capacity(ops.len() + 1);
    let mut next = 0;
    while next < ops.len() {
        let is_free = |at: usize| !targets.contains(&(at as u32));
        match ops[next..] {
            [Op::Load(slot), Op::Push(number), Op::Pair(pair), ..] if is_free(next + 1) && is_free(next + 2) => {
                places.extend([fused.len() as u32; 3]);
                fused.push(Op::Compare(pair, slot, number));
                next += 3;
            }
            [op, ..] => {
                places.push(fused.len() as u32);
                fused.push(op);
                next += 1;
            }
            [] => {}
        }
    }
    places.push(fused.len() as u32);
    for op in &mut fused {
        match op {
            Op::SkipIfFalse(to) | Op::SkipIfTrue(to) | Op::Jump(to) => *to = places[*to as usize],
            Op::Branch(no, end) => (*no, *end) = (places[*no as usize], places[*end as usize]),
            _ => {}
        }
    }
    fused
}

/// A compiled expression.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Program {
    ops: Vec<Op>,
    slots: u32,
    is_shallow: bool,
}

impl Program {
    /// From steps that never need more than [`STACK`] numbers and leave one.
    pub(super) fn new(ops: Vec<Op>) -> Program {
        let ops = fuse(ops);
        let slots = ops.iter().filter_map(|op| op.reads().map(|slot| slot + 1));
        let slots = slots.max().unwrap_or(0);
        let is_shallow = ops.iter().filter(|op| op.adds()).count() <= SHALLOW;
        Program { ops, slots, is_shallow }
    }

    /// How many values it needs to be given.
    pub fn slots(&self) -> usize {
        self.slots as usize
    }

    /// The slots that it reads, as often as it does.
    pub fn reads(&self) -> impl Iterator<Item = u32> + '_ {
        self.ops.iter().filter_map(Op::reads)
    }

    /// What it comes to, given the values of the slots: a truth as 1 or 0, a word as its place among the words, what is not
    /// known as NaN. Slots that are not given are not known.
    pub fn run(&self, values: &[f64]) -> f64 {
        // Most need few numbers at a time, and to make room for more takes longer than to run them.
        if self.is_shallow { run::<SHALLOW>(&self.ops, values) } else { run::<STACK>(&self.ops, values) }
    }

    /// Whether it holds. What is not known does not.
    pub fn holds(&self, values: &[f64]) -> bool {
        self.run(values) == 1.0
    }
}

/// Runs steps that need at most `ROOM` numbers at a time, a power of two.
fn run<const ROOM: usize>(ops: &[Op], values: &[f64]) -> f64 {
    let mut stack = [0.0; ROOM];
    // How many are on the stack. What is compiled keeps within it: the checks below never fail.
    let mut height = 0;
    let mut next = 0;
    while let Some(&op) = ops.get(next) {
        next += 1;
        match op {
            Op::Push(number) => {
                stack[height % ROOM] = number;
                height += 1;
            }
            Op::Load(slot) => {
                stack[height % ROOM] = values.get(slot as usize).copied().unwrap_or(f64::NAN);
                height += 1;
            }
            Op::Pair(pair) => {
                height -= 1;
                stack[(height - 1) % ROOM] = pair.of(stack[(height - 1) % ROOM], stack[height % ROOM]);
            }
            Op::Single(single) => {
                stack[(height - 1) % ROOM] = single.of(stack[(height - 1) % ROOM]);
            }
            Op::SkipIfFalse(to) => {
                if stack[(height - 1) % ROOM] == 0.0 {
                    next = to as usize;
                }
            }
            Op::SkipIfTrue(to) => {
                if stack[(height - 1) % ROOM] == 1.0 {
                    next = to as usize;
                }
            }
            Op::Branch(no, end) => {
                let asked = stack[(height - 1) % ROOM];
                if asked.is_nan() {
                    next = end as usize;
                } else {
                    height -= 1;
                    if asked == 0.0 {
                        next = no as usize;
                    }
                }
            }
            Op::Jump(to) => next = to as usize,
            Op::Compare(pair, slot, number) => {
                let value = values.get(slot as usize).copied().unwrap_or(f64::NAN);
                stack[height % ROOM] = pair.of(value, number);
                height += 1;
            }
        }
    }
    stack[0]
}

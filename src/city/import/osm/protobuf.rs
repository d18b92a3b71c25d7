//! Protocol buffers as they are on the wire: numbered fields, one after the other
//! (<https://protobuf.dev/programming-guides/encoding/>).

/// The fields of a message that are not read yet.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a>(pub &'a [u8]);

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// A whole number, or several that are not packed, one at a time.
    Number(u64),
    /// Text, a message, or packed numbers.
    Bytes(&'a [u8]),
    /// A number of 4 or 8 bytes, which files of OpenStreetMap do not have.
    Other,
}

/// What is wrong with a message.
pub type Broken = &'static str;

const CUT_OFF: Broken = "a message ends before its last field does";

impl<'a> Message<'a> {
    /// Takes the next field.
    pub fn take_field(&mut self) -> Result<Option<(u32, Value<'a>)>, Broken> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let key = self.varint()?;
        let field = u32::try_from(key >> 3).map_err(|_| "a field has no valid number")?;
        let value = match key & 7 {
            0 => Value::Number(self.varint()?),
            1 => self.take(8).map(|_| Value::Other)?,
            2 => {
                let length = self.varint()?;
                Value::Bytes(self.take(usize::try_from(length).map_err(|_| CUT_OFF)?)?)
            }
            5 => self.take(4).map(|_| Value::Other)?,
            _ => return Err("a field is of a kind that there is not"),
        };
        Ok(Some((field, value)))
    }

    /// Tells of all fields.
    pub fn each(mut self, mut tell: impl FnMut(u32, Value<'a>) -> Result<(), Broken>) -> Result<(), Broken> {
        while let Some((field, value)) = self.take_field()? {
            tell(field, value)?;
        }
        Ok(())
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Broken> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(CUT_OFF)?;
        self.0 = rest;
        Ok(taken)
    }

    /// A number of 7 bits a byte, the lowest first.
    fn varint(&mut self) -> Result<u64, Broken> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err("a number has more than 10 bytes")
    }
}

impl<'a> Value<'a> {
    /// The bytes of a field that holds some.
    pub fn bytes(self) -> Result<&'a [u8], Broken> {
        match self {
            Value::Bytes(bytes) => Ok(bytes),
            _ => Err("a field should hold text or a message, and holds a number"),
        }
    }

    /// The number of a field that holds one.
    pub fn number(self) -> Result<u64, Broken> {
        match self {
            Value::Number(number) => Ok(number),
            _ => Err("a field should hold a whole number"),
        }
    }

    /// The number of a field whose sign is its lowest bit.
    pub fn signed(self) -> Result<i64, Broken> {
        self.number().map(zigzag)
    }

    /// Appends the numbers of a field, packed or not.
    pub fn numbers(self, to: &mut Vec<u64>) -> Result<(), Broken> {
        match self {
            Value::Number(number) => to.push(number),
            Value::Bytes(bytes) => {
                let mut packed = Message(bytes);
                while !packed.0.is_empty() {
                    to.push(packed.varint()?);
                }
            }
            Value::Other => return Err("a field should hold whole numbers"),
        }
        Ok(())
    }
}

/// The number whose sign is the lowest bit.
pub fn zigzag(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

/// Numbers of which each was written as how much more it is than the one before. What is beyond 64 bits goes round, so
/// that broken files give wrong numbers and no panic.
pub fn summed(steps: &[u64]) -> impl Iterator<Item = i64> {
    steps.iter().scan(0_i64, |sum, step| {
        *sum = sum.wrapping_add(zigzag(*step));
        Some(*sum)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of the documentation.
    #[test]
    fn fields_are_what_the_documentation_says() {
        let mut message = Message(&[0x08, 0x96, 0x01, 0x12, 0x07, b't', b'e', b's', b't', b'i', b'n', b'g']);
        assert_eq!(message.take_field(), Ok(Some((1, Value::Number(150)))));
        assert_eq!(message.take_field(), Ok(Some((2, Value::Bytes(b"testing")))));
        assert_eq!(message.take_field(), Ok(None));
        assert_eq!([0, 1, 2, 3, 0xffff_fffe, 0xffff_ffff].map(zigzag), [0, -1, 1, -2, 0x7fff_ffff, -0x8000_0000]);
        let mut packed = Vec::new();
        Value::Bytes(&[0x03, 0x8e, 0x02, 0x9e, 0xa7, 0x05]).numbers(&mut packed).unwrap();
        assert_eq!(packed, [3, 270, 86942]);
        assert_eq!(summed(&[2, 2, 1, 6]).collect::<Vec<_>>(), [1, 2, 1, 4]);
    }

    #[test]
    fn broken_messages_are_refused() {
        for bytes in [&[0x08][..], &[0x12, 0x07, 1], &[0x0b], &[0x08, 0xff], &[0xff; 11], &[0x09, 1], &[0x0d, 1]] {
            assert!(Message(bytes).take_field().is_err(), "{bytes:?}");
        }
        assert!(summed(&[u64::MAX - 1, u64::MAX - 1]).count() == 2);
    }
}

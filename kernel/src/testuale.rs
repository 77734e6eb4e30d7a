//! One spelling for types that travel as text: `Display` writes it, `FromStr` reads and checks it.

/// Derives the text conversions of a type (serde, `String`) from its `Display` and `FromStr`, so that no way in skips the checks.
macro_rules! testuale {
    ($tipo:ty) => {
        impl From<$tipo> for String {
            fn from(valore: $tipo) -> Self {
                valore.to_string()
            }
        }

        impl TryFrom<String> for $tipo {
            type Error = <$tipo as std::str::FromStr>::Err;

            fn try_from(testo: String) -> Result<Self, Self::Error> {
                testo.parse()
            }
        }

        impl serde::Serialize for $tipo {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $tipo {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                <String as serde::Deserialize>::deserialize(d)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

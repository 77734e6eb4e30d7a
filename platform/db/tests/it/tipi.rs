//! What must not compile.

use db::{DiEnte, EnteId, Manut, Scrivania, Tx};

/// Does not compile when the type implements one of the traits: two impls would make the name ambiguous.
macro_rules! mai {
    ($tipo:ty: $($tratto:path),+) => {
        const _: fn() = || {
            trait Ambiguo<A> {
                fn qui() {}
            }
            impl<T: ?Sized> Ambiguo<()> for T {}
            $({
                struct Anche;
                impl<T: ?Sized + $tratto> Ambiguo<Anche> for T {}
            })+
            let _ = <$tipo as Ambiguo<_>>::qui;
        };
    };
}

// An ente is never made from a number, nor read from what a browser sends.
mai!(EnteId: From<i32>, From<i64>, TryFrom<i32>, std::str::FromStr, Default, serde::Deserialize<'static>);
// One scope does not become another, and a transaction is not shared.
mai!(Tx<DiEnte>: From<Tx<Scrivania>>, From<Tx<Manut>>, Clone);
mai!(Tx<Scrivania>: From<Tx<DiEnte>>, Clone);

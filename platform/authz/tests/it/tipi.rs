//! What must not compile.

use authz::{Consenti, Permesso, PersonaId};
use db::{DiAlleanza, Manut, Porta, Scrivania, SenzaEnte, Tx};

use crate::casa::Registra;

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

// A permit is not made by hand, not copied, not read from outside: only `consenti` gives one.
mai!(Permesso<Registra>: Default, Clone, serde::Deserialize<'static>);
mai!(PersonaId: Default, From<uuid::Uuid>);
// Only a transaction of one ente gives permits.
mai!(Tx<Scrivania>: Consenti);
mai!(Tx<DiAlleanza>: Consenti);
mai!(Tx<Porta>: Consenti);
mai!(Tx<SenzaEnte>: Consenti);
mai!(Tx<Manut>: Consenti);

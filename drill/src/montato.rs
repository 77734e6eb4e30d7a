//! [`Disco`] mounted by FUSE where a program can write on it.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use fuser::{
    BackgroundSession, Config, Errno, FileAttr, FileHandle, FileType, Filesystem, FopenFlags, Generation, INodeNo,
    LockOwner, MountOption, OpenFlags, RenameFlags, ReplyAttr, ReplyCreate, ReplyData, ReplyDirectory, ReplyEmpty,
    ReplyEntry, ReplyOpen, ReplyStatfs, ReplyWrite, Request, Session, SessionACL, TimeOrNow, WriteFlags,
};

use crate::disco::{Contenuto, Disco, Errore, Id, Nodo};
use crate::seme::Caso;

/// Only the kernel changes anything: what it was told stays true.
const PER_SEMPRE: Duration = Duration::from_secs(3600);
const SOCKET: u32 = 0o140_000;
const FIFO: u32 = 0o010_000;

/// A disk in its place. Dropped, it is taken away.
pub struct Montato {
    disco: Arc<Mutex<Disco>>,
    sessione: Option<BackgroundSession>,
}

impl Montato {
    /// A new disk, empty, at `dove`: a folder that exists.
    pub fn nuovo(dove: &Path) -> io::Result<Montato> {
        let mut m = Montato { disco: Arc::new(Mutex::new(Disco::nuovo(adesso()))), sessione: None };
        m.monta(dove)?;
        Ok(m)
    }

    fn monta(&mut self, dove: &Path) -> io::Result<()> {
        let mut c = Config::default();
        c.mount_options = vec![MountOption::FSName("alleanza-drill".into()), MountOption::DefaultPermissions];
        c.acl = SessionACL::All;
        let porta = Porta { disco: self.disco.clone(), letture: Mutex::default() };
        let s = Session::new(porta, dove, &c)?;
        self.sessione = Some(s.spawn()?);
        Ok(())
    }

    /// Everything that is there now is safe: what was copied in before the drill begins.
    pub fn fissa_tutto(&self) {
        prendi(&self.disco).fissa_tutto();
    }

    /// From this instant what it says that it flushed is not.
    pub fn menti(&self) {
        prendi(&self.disco).bugiardo = true;
    }

    /// From this instant nothing more is written.
    pub fn stacca(&self) {
        prendi(&self.disco).stacca();
    }

    /// Gives the power back. Whoever had files open there must be gone; how many bytes the cut cost.
    pub fn riaccendi(&mut self, dove: &Path, caso: &mut Caso) -> io::Result<u64> {
        if let Some(s) = self.sessione.take() {
            // The thread that answers may learn of the end from a connection that was cut: it is the end that was asked for.
            match s.umount_and_join() {
                Err(e) if e.kind() != io::ErrorKind::ConnectionAborted => return Err(e),
                _ => {}
            }
        }
        let persi = {
            let mut d = prendi(&self.disco);
            d.persi = 0;
            d.riaccendi(caso);
            d.persi
        };
        self.monta(dove)?;
        Ok(persi)
    }
}

impl Drop for Montato {
    fn drop(&mut self) {
        if let Some(s) = self.sessione.take() {
            // Nothing can be done with a failure here: the mount namespace ends with this process.
            let _ = s.umount_and_join();
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the dates of files are the disk's")]
fn adesso() -> SystemTime {
    SystemTime::now()
}

fn prendi<T>(d: &Mutex<T>) -> MutexGuard<'_, T> {
    d.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A folder as it was when it was opened.
type Righe = Vec<(Id, FileType, OsString)>;

/// Where the kernel knocks.
struct Porta {
    disco: Arc<Mutex<Disco>>,
    /// By handle: whoever walks a folder sees it still, while names come and go.
    letture: Mutex<BTreeMap<u64, Righe>>,
}

fn no(e: Errore) -> Errno {
    match e {
        Errore::NonCe => Errno::ENOENT,
        Errore::CeGia => Errno::EEXIST,
        Errore::NonVuota => Errno::ENOTEMPTY,
        Errore::NonCartella => Errno::ENOTDIR,
        Errore::Cartella => Errno::EISDIR,
        Errore::SenzaCorrente => Errno::EIO,
    }
}

fn tipo(n: &Nodo) -> FileType {
    match &n.vivo {
        Contenuto::File(_) => FileType::RegularFile,
        Contenuto::Cartella(_) => FileType::Directory,
        Contenuto::Legame(_) => FileType::Symlink,
        Contenuto::Speciale(SOCKET) => FileType::Socket,
        Contenuto::Speciale(_) => FileType::NamedPipe,
    }
}

fn attributi(id: Id, n: &Nodo) -> FileAttr {
    FileAttr {
        ino: INodeNo(id),
        size: n.lungo(),
        blocks: n.lungo().div_ceil(512),
        atime: n.cambiato,
        mtime: n.cambiato,
        ctime: n.cambiato,
        crtime: n.cambiato,
        kind: tipo(n),
        perm: u16::try_from(n.modo & 0o7777).unwrap_or(0o600),
        nlink: n.nomi().max(1),
        uid: n.uid,
        gid: n.gid,
        rdev: 0,
        blksize: 4096,
        flags: 0,
    }
}

impl Porta {
    fn disco(&self) -> MutexGuard<'_, Disco> {
        prendi(&self.disco)
    }

    /// A node that the kernel is told of: it holds one reference more.
    fn conosciuto(d: &mut Disco, id: Id) -> Result<FileAttr, Errore> {
        let n = d.nodo_mut(id)?;
        n.riferimenti += 1;
        Ok(attributi(id, n))
    }

    fn crea(&self, r: &Request, in_: INodeNo, nome: &OsStr, modo: u32, cosa: Contenuto) -> Result<FileAttr, Errore> {
        let mut d = self.disco();
        let id = d.crea((in_.0, nome), cosa, (modo & 0o7777, r.uid(), r.gid()), adesso())?;
        Porta::conosciuto(&mut d, id)
    }
}

fn entra(reply: ReplyEntry, esito: Result<FileAttr, Errore>) {
    match esito {
        Ok(a) => reply.entry(&PER_SEMPRE, &a, Generation(0)),
        Err(e) => reply.error(no(e)),
    }
}

fn fatto(reply: ReplyEmpty, esito: Result<(), Errore>) {
    match esito {
        Ok(()) => reply.ok(),
        Err(e) => reply.error(no(e)),
    }
}

impl Filesystem for Porta {
    fn lookup(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        let mut d = self.disco();
        let trovato = d.cerca(parent.0, name).and_then(|id| Porta::conosciuto(&mut d, id));
        entra(reply, trovato);
    }

    fn forget(&self, _: &Request, ino: INodeNo, nlookup: u64) {
        self.disco().scorda(ino.0, nlookup);
    }

    fn getattr(&self, _: &Request, ino: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        match self.disco().nodo(ino.0) {
            Ok(n) => reply.attr(&PER_SEMPRE, &attributi(ino.0, n)),
            Err(e) => reply.error(no(e)),
        }
    }

    fn setattr(
        &self,
        _: &Request,
        ino: INodeNo,
        mode: Option<u32>,
        uid: Option<u32>,
        gid: Option<u32>,
        size: Option<u64>,
        _: Option<TimeOrNow>,
        mtime: Option<TimeOrNow>,
        _: Option<SystemTime>,
        _: Option<FileHandle>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<fuser::BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        let mut d = self.disco();
        let cambiato = size.map_or(Ok(()), |s| d.tronca(ino.0, s, adesso())).and_then(|()| d.nodo_mut(ino.0));
        let n = match cambiato {
            Ok(n) => n,
            Err(e) => return reply.error(no(e)),
        };
        n.modo = mode.map_or(n.modo, |m| m & 0o7777);
        n.uid = uid.unwrap_or(n.uid);
        n.gid = gid.unwrap_or(n.gid);
        n.cambiato = match mtime {
            Some(TimeOrNow::SpecificTime(t)) => t,
            Some(TimeOrNow::Now) => adesso(),
            None => n.cambiato,
        };
        reply.attr(&PER_SEMPRE, &attributi(ino.0, n));
    }

    fn readlink(&self, _: &Request, ino: INodeNo, reply: ReplyData) {
        match self.disco().nodo(ino.0).map(|n| &n.vivo) {
            Ok(Contenuto::Legame(p)) => reply.data(p.as_os_str().as_encoded_bytes()),
            Ok(_) => reply.error(Errno::EINVAL),
            Err(e) => reply.error(no(e)),
        }
    }

    fn mknod(&self, r: &Request, parent: INodeNo, name: &OsStr, mode: u32, _: u32, _: u32, reply: ReplyEntry) {
        let cosa = match mode & 0o170_000 {
            t @ (SOCKET | FIFO) => Contenuto::Speciale(t),
            _ => Contenuto::File(Vec::new()),
        };
        entra(reply, self.crea(r, parent, name, mode, cosa));
    }

    fn mkdir(&self, r: &Request, parent: INodeNo, name: &OsStr, mode: u32, _: u32, reply: ReplyEntry) {
        entra(reply, self.crea(r, parent, name, mode, Contenuto::Cartella(BTreeMap::new())));
    }

    fn symlink(&self, r: &Request, parent: INodeNo, name: &OsStr, target: &Path, reply: ReplyEntry) {
        entra(reply, self.crea(r, parent, name, 0o777, Contenuto::Legame(target.to_owned())));
    }

    fn link(&self, _: &Request, ino: INodeNo, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        let mut d = self.disco();
        let esito = d.lega(ino.0, parent.0, name).and_then(|()| Porta::conosciuto(&mut d, ino.0));
        entra(reply, esito);
    }

    fn unlink(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        fatto(reply, self.disco().togli(parent.0, name));
    }

    fn rmdir(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        fatto(reply, self.disco().togli(parent.0, name));
    }

    fn rename(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        newparent: INodeNo,
        newname: &OsStr,
        flags: RenameFlags,
        reply: ReplyEmpty,
    ) {
        if flags.contains(RenameFlags::RENAME_EXCHANGE) {
            return reply.error(Errno::EINVAL);
        }
        let sostituisci = !flags.contains(RenameFlags::RENAME_NOREPLACE);
        fatto(reply, self.disco().rinomina((parent.0, name), (newparent.0, newname), sostituisci));
    }

    fn create(&self, r: &Request, parent: INodeNo, name: &OsStr, mode: u32, _: u32, _: i32, reply: ReplyCreate) {
        match self.crea(r, parent, name, mode, Contenuto::File(Vec::new())) {
            Ok(a) => reply.created(&PER_SEMPRE, &a, Generation(0), FileHandle(0), FopenFlags::empty()),
            Err(e) => reply.error(no(e)),
        }
    }

    fn open(&self, _: &Request, ino: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        match self.disco().nodo(ino.0) {
            // What was read once is still true at the next opening.
            Ok(_) => reply.opened(FileHandle(0), FopenFlags::FOPEN_KEEP_CACHE),
            Err(e) => reply.error(no(e)),
        }
    }

    fn read(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        offset: u64,
        size: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        match self.disco().leggi(ino.0, offset, size as usize) {
            Ok(b) => reply.data(b),
            Err(e) => reply.error(no(e)),
        }
    }

    fn write(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        offset: u64,
        data: &[u8],
        _: WriteFlags,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        match self.disco().scrivi(ino.0, offset, data, adesso()) {
            Ok(()) => reply.written(u32::try_from(data.len()).unwrap_or(u32::MAX)),
            Err(e) => reply.error(no(e)),
        }
    }

    fn flush(&self, _: &Request, _: INodeNo, _: FileHandle, _: LockOwner, reply: ReplyEmpty) {
        reply.ok();
    }

    fn fsync(&self, _: &Request, ino: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        fatto(reply, self.disco().fissa(ino.0));
    }

    fn fsyncdir(&self, _: &Request, ino: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        fatto(reply, self.disco().fissa(ino.0));
    }

    fn opendir(&self, _: &Request, ino: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        let d = self.disco();
        let dentro = match d.elenco(ino.0) {
            Ok(r) => r,
            Err(e) => return reply.error(no(e)),
        };
        let mut righe = vec![(ino.0, FileType::Directory, ".".into()), (ino.0, FileType::Directory, "..".into())];
        righe.extend(dentro.into_iter().filter_map(|(nome, id)| Some((id, tipo(d.nodo(id).ok()?), nome))));
        let mut letture = prendi(&self.letture);
        let quale = letture.last_key_value().map_or(1, |(k, _)| k + 1);
        letture.insert(quale, righe);
        reply.opened(FileHandle(quale), FopenFlags::empty());
    }

    fn readdir(&self, _: &Request, _: INodeNo, fh: FileHandle, offset: u64, mut reply: ReplyDirectory) {
        let letture = prendi(&self.letture);
        let da = usize::try_from(offset).unwrap_or(usize::MAX);
        let righe = letture.get(&fh.0).map(Vec::as_slice).unwrap_or_default();
        for (i, (id, tipo, nome)) in righe.iter().enumerate().skip(da) {
            if reply.add(INodeNo(*id), i as u64 + 1, *tipo, nome) {
                break;
            }
        }
        reply.ok();
    }

    fn releasedir(&self, _: &Request, _: INodeNo, fh: FileHandle, _: OpenFlags, reply: ReplyEmpty) {
        prendi(&self.letture).remove(&fh.0);
        reply.ok();
    }

    fn statfs(&self, _: &Request, _: INodeNo, reply: ReplyStatfs) {
        const BLOCCHI: u64 = 1 << 22;
        reply.statfs(BLOCCHI, BLOCCHI / 2, BLOCCHI / 2, 1 << 20, 1 << 19, 4096, 255, 4096);
    }
}

//! What the Python package `ksef_qr` stands on: its module `_native`. Each function turns values of Python into those of
//! `ksef-qr-bindings` and works without the GIL; what people use is written in Python, beside it.

use std::borrow::Cow;

use ksef_qr_bindings as core;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::pybacked::{PyBackedBytes, PyBackedStr};
use pyo3::types::{PyBytes, PyList, PyMemoryView, PyTuple};

/// An error of the library, as the exception that the package defines.
fn raised(py: Python<'_>, error: &core::Error) -> PyErr {
    let made = || {
        let class = py.import("ksef_qr._errors")?.getattr("KsefQrError")?;
        class.call1((error.code(), error.message(), error.hint(), error.input()))
    };
    match made() {
        Ok(exception) => PyErr::from_value(exception),
        Err(why) => why,
    }
}

/// Works without the GIL; no panic comes out.
fn call<T: Send>(py: Python<'_>, work: impl FnOnce() -> core::Result<T> + Send) -> PyResult<T> {
    py.detach(|| core::guarded(work)).map_err(|error| raised(py, &error))
}

fn items(answer: core::Answer) -> Vec<Item> {
    answer.items.into_iter().map(Item).collect()
}

/// A file as Python gives it: bytes, or a name and bytes. Python keeps them; they are read where they are.
struct Given {
    name: Option<PyBackedStr>,
    bytes: PyBackedBytes,
}

impl Given {
    fn of(what: &str, given: &Bound<'_, PyAny>) -> PyResult<Self> {
        if let Ok(tuple) = given.cast::<PyTuple>() {
            let (name, bytes): (PyBackedStr, Bound<'_, PyAny>) = tuple.extract()?;
            return Ok(Self { name: Some(name), bytes: read(what, &bytes)? });
        }
        Ok(Self { name: None, bytes: read(what, given)? })
    }

    fn all(given: &Bound<'_, PyList>) -> PyResult<Vec<Self>> {
        given.iter().map(|one| Self::of(INVOICE, &one)).collect()
    }

    /// What messages call it.
    fn name(&self, at: usize) -> Cow<'_, str> {
        match (self.name.as_deref(), at) {
            (Some(name), _) => name.into(),
            (None, 0) => FIRST.into(),
            (None, _) => format!("invoice {}", at + 1).into(),
        }
    }

    fn file(&self, at: usize) -> core::File<'_> {
        core::File { name: self.name(at), xml: Some(Cow::Borrowed(&self.bytes)), pdf: None }
    }
}

const INVOICE: &str = "an invoice";

/// What messages call the first invoice, if it has no name.
const FIRST: &str = "invoice 1";

/// What holds bytes; never a text that was decoded.
fn read(what: &str, given: &Bound<'_, PyAny>) -> PyResult<PyBackedBytes> {
    if let Ok(bytes) = given.extract::<PyBackedBytes>() {
        return Ok(bytes);
    }
    if given.is_instance_of::<PyMemoryView>() {
        let bytes = given.py().get_type::<PyBytes>().call1((given,))?;
        return Ok(bytes.cast_into::<PyBytes>()?.into());
    }
    let kind = given.get_type().name()?;
    Err(PyTypeError::new_err(format!("{what} is {kind}; give bytes, as the file has them")))
}

fn files(given: &[Given]) -> Vec<core::File<'_>> {
    given.iter().enumerate().map(|(at, one)| one.file(at)).collect()
}

fn bytes_of(given: Option<&PyBackedBytes>) -> Option<&[u8]> {
    given.map(|bytes| &**bytes)
}

/// What came of one file.
#[pyclass(frozen, module = "ksef_qr._native")]
struct Item(core::Item);

#[pymethods]
impl Item {
    #[getter]
    fn line(&self) -> &str {
        self.0.line()
    }

    #[getter]
    fn failed(&self) -> bool {
        self.0.failed
    }

    /// The links of its codes.
    #[getter]
    fn links<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.0.codes().map(|(url, _)| url).collect::<Vec<_>>())
    }

    /// What stands under its codes.
    #[getter]
    fn labels<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.0.codes().map(|(_, label)| label).collect::<Vec<_>>())
    }

    fn buffer<'py>(&self, py: Python<'py>, name: &str) -> Option<Bound<'py, PyBytes>> {
        self.0.buffer(name).map(|bytes| PyBytes::new(py, bytes))
    }

    /// KOD I and KOD II in a format, as far as they were drawn.
    fn pictures<'py>(&self, py: Python<'py>, format: &str) -> PyResult<Bound<'py, PyTuple>> {
        let of_format = |name: &str| name.starts_with("kod") && name.get("kod1.".len()..) == Some(format);
        let picture = |(name, bytes): &(&str, Vec<u8>)| of_format(name).then(|| PyBytes::new(py, bytes));
        PyTuple::new(py, self.0.buffers.iter().filter_map(picture).collect::<Vec<_>>())
    }
}

/// Who signs.
#[pyclass(frozen, module = "ksef_qr._native")]
struct Issuer(core::Issuer);

#[pymethods]
impl Issuer {
    #[staticmethod]
    fn from_files(py: Python<'_>, options: &str, password: Option<PyBackedBytes>) -> PyResult<Self> {
        call(py, || core::Issuer::from_files(options, bytes_of(password.as_ref()))).map(Self)
    }

    #[staticmethod]
    fn from_bytes(
        py: Python<'_>,
        cert: PyBackedBytes,
        key: Option<PyBackedBytes>,
        password: Option<PyBackedBytes>,
        options: &str,
    ) -> PyResult<Self> {
        let opened = || core::Issuer::from_bytes(&cert, bytes_of(key.as_ref()), bytes_of(password.as_ref()), options);
        call(py, opened).map(Self)
    }

    #[getter]
    fn environment(&self) -> String {
        self.0.environment().to_string()
    }

    fn certificates(&self, py: Python<'_>, options: &str) -> PyResult<Vec<Item>> {
        call(py, || self.0.certificates(options)).map(items)
    }
}

/// The book of invoices.
#[pyclass(frozen, module = "ksef_qr._native")]
struct Book(core::Book);

#[pymethods]
impl Book {
    #[staticmethod]
    fn open(py: Python<'_>, address: &str, options: &str) -> PyResult<Self> {
        call(py, || core::Book::open(address, options)).map(Self)
    }

    fn entries(&self, py: Python<'_>, options: &str) -> PyResult<Vec<Item>> {
        call(py, || self.0.entries(options)).map(items)
    }

    fn due(&self, py: Python<'_>, options: &str) -> PyResult<Vec<Item>> {
        call(py, || self.0.due(options)).map(items)
    }

    fn import_answer(&self, py: Python<'_>, answer: PyBackedBytes, options: &str) -> PyResult<Vec<Item>> {
        call(py, || self.0.import(&answer, options)).map(items)
    }
}

/// An issuer as Python holds it.
type IssuerRef<'py> = Option<Bound<'py, Issuer>>;
/// A book as Python holds it.
type BookRef<'py> = Option<Bound<'py, Book>>;

/// A call that is given invoices.
fn of_files(
    py: Python<'_>,
    book: &BookRef<'_>,
    given: &Bound<'_, PyList>,
    work: impl FnOnce(Option<&core::Book>, Vec<core::File<'_>>) -> core::Result<core::Answer> + Send,
) -> PyResult<Vec<Item>> {
    let (book, given) = (book.as_ref().map(|book| &book.get().0), Given::all(given)?);
    call(py, || work(book, files(&given))).map(items)
}

/// A call that is given one, and gives what came of it.
fn of_one(
    py: Python<'_>,
    book: &BookRef<'_>,
    file: core::File<'_>,
    work: impl FnOnce(Option<&core::Book>, Vec<core::File<'_>>) -> core::Result<core::Answer> + Send,
) -> PyResult<Item> {
    let book = book.as_ref().map(|book| &book.get().0);
    let one = || {
        let forgotten = || core::Error::of_code("internal", "nothing came of this invoice");
        work(book, vec![file])?.items.pop().ok_or_else(forgotten)
    };
    call(py, one).map(Item)
}

#[pyfunction]
fn sign(
    py: Python<'_>,
    issuer: Bound<'_, Issuer>,
    book: BookRef<'_>,
    given: Bound<'_, PyList>,
    options: &str,
) -> PyResult<Vec<Item>> {
    let issuer = &issuer.get().0;
    of_files(py, &book, &given, |book, files| core::sign(issuer, book, files, options))
}

#[pyfunction]
fn sign_one(
    py: Python<'_>,
    issuer: Bound<'_, Issuer>,
    book: BookRef<'_>,
    invoice: Bound<'_, PyAny>,
    options: &str,
) -> PyResult<Item> {
    let (issuer, given) = (&issuer.get().0, Given::of(INVOICE, &invoice)?);
    of_one(py, &book, given.file(0), |book, files| core::sign(issuer, book, files, options))
}

#[pyfunction]
fn link(py: Python<'_>, book: BookRef<'_>, given: Bound<'_, PyList>, options: &str) -> PyResult<Vec<Item>> {
    of_files(py, &book, &given, |book, files| core::link(book, files, options))
}

/// A PDF, with its invoice unless that is in it.
#[pyfunction]
fn stamp(
    py: Python<'_>,
    issuer: IssuerRef<'_>,
    book: BookRef<'_>,
    pdf: Bound<'_, PyAny>,
    invoice: Option<Bound<'_, PyAny>>,
    options: &str,
) -> PyResult<Item> {
    let issuer = issuer.as_ref().map(|issuer| &issuer.get().0);
    let pdf = read("a PDF", &pdf)?;
    let invoice = invoice.map(|invoice| Given::of(INVOICE, &invoice)).transpose()?;
    let file = match &invoice {
        Some(invoice) => invoice.file(0),
        None => core::File { name: FIRST.into(), ..core::File::default() },
    };
    let file = core::File { pdf: Some(Cow::Borrowed(&pdf)), ..file };
    of_one(py, &book, file, |book, files| core::stamp(issuer, book, files, options))
}

#[pyfunction]
fn confirm(
    py: Python<'_>,
    issuer: Bound<'_, Issuer>,
    book: BookRef<'_>,
    invoice: Bound<'_, PyAny>,
    options: &str,
) -> PyResult<Item> {
    let (issuer, given) = (&issuer.get().0, Given::of(INVOICE, &invoice)?);
    of_one(py, &book, given.file(0), |book, files| core::confirm(issuer, book, files, options))
}

#[pyfunction]
fn check(py: Python<'_>, given: Bound<'_, PyList>, options: &str) -> PyResult<Vec<Item>> {
    of_files(py, &None, &given, |_, files| core::check(files, options))
}

#[pyfunction]
fn verify(
    py: Python<'_>,
    issuer: IssuerRef<'_>,
    book: BookRef<'_>,
    given: Bound<'_, PyList>,
    options: &str,
) -> PyResult<Vec<Item>> {
    let issuer = issuer.as_ref().map(|issuer| &issuer.get().0);
    of_files(py, &book, &given, |book, files| core::verify(issuer, book, files, options))
}

#[pyfunction]
fn deadline(py: Python<'_>, options: &str) -> PyResult<Vec<Item>> {
    call(py, || core::deadline(options)).map(items)
}

#[pyfunction]
fn number(py: Python<'_>, options: &str) -> PyResult<Vec<Item>> {
    call(py, || core::number(options)).map(items)
}

#[pyfunction]
fn draw(py: Python<'_>, options: &str) -> PyResult<Vec<Item>> {
    call(py, || core::draw(options)).map(items)
}

/// The module.
#[pymodule]
mod _native {
    #[pymodule_export]
    use super::{Book, Issuer, Item, check, confirm, deadline, draw, link, number, sign, sign_one, stamp, verify};

    #[pymodule_init]
    fn init(module: &pyo3::Bound<'_, pyo3::types::PyModule>) -> pyo3::PyResult<()> {
        use pyo3::types::PyModuleMethods as _;
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}

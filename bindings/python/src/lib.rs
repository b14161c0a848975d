//! What the Python package `ksef_qr` stands on: its module `_native`. Each function turns values of Python into those of
//! `ksef-qr-bindings` and works without the GIL; what people use is written in Python, beside it.

use ksef_qr_bindings as core;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;

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

/// A file as Python gives it: its name, the XML, the PDF.
type Given = (String, Option<PyBackedBytes>, Option<PyBackedBytes>);

fn files(given: Vec<Given>) -> Vec<core::File> {
    let bytes = |given: Option<PyBackedBytes>| given.map(|bytes| bytes.to_vec());
    given.into_iter().map(|(name, xml, pdf)| core::File { name, xml: bytes(xml), pdf: bytes(pdf) }).collect()
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
        &self.0.line
    }

    #[getter]
    fn failed(&self) -> bool {
        self.0.failed
    }

    fn buffer<'py>(&self, py: Python<'py>, name: &str) -> Option<Bound<'py, PyBytes>> {
        self.0.buffer(name).map(|bytes| PyBytes::new(py, bytes))
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

/// A call that is given files.
fn of_files(
    py: Python<'_>,
    book: &BookRef<'_>,
    given: Vec<Given>,
    work: impl FnOnce(Option<&core::Book>, Vec<core::File>) -> core::Result<core::Answer> + Send,
) -> PyResult<Vec<Item>> {
    let (book, files) = (book.as_ref().map(|book| &book.get().0), files(given));
    call(py, || work(book, files)).map(items)
}

#[pyfunction]
fn sign(
    py: Python<'_>,
    issuer: Bound<'_, Issuer>,
    book: BookRef<'_>,
    given: Vec<Given>,
    options: &str,
) -> PyResult<Vec<Item>> {
    let issuer = &issuer.get().0;
    of_files(py, &book, given, |book, files| core::sign(issuer, book, files, options))
}

#[pyfunction]
fn link(py: Python<'_>, book: BookRef<'_>, given: Vec<Given>, options: &str) -> PyResult<Vec<Item>> {
    of_files(py, &book, given, |book, files| core::link(book, files, options))
}

#[pyfunction]
fn stamp(
    py: Python<'_>,
    issuer: IssuerRef<'_>,
    book: BookRef<'_>,
    given: Vec<Given>,
    options: &str,
) -> PyResult<Vec<Item>> {
    let issuer = issuer.as_ref().map(|issuer| &issuer.get().0);
    of_files(py, &book, given, |book, files| core::stamp(issuer, book, files, options))
}

#[pyfunction]
fn confirm(
    py: Python<'_>,
    issuer: Bound<'_, Issuer>,
    book: BookRef<'_>,
    given: Vec<Given>,
    options: &str,
) -> PyResult<Vec<Item>> {
    let issuer = &issuer.get().0;
    of_files(py, &book, given, |book, files| core::confirm(issuer, book, files, options))
}

#[pyfunction]
fn check(py: Python<'_>, given: Vec<Given>, options: &str) -> PyResult<Vec<Item>> {
    of_files(py, &None, given, |_, files| core::check(files, options))
}

#[pyfunction]
fn verify(
    py: Python<'_>,
    issuer: IssuerRef<'_>,
    book: BookRef<'_>,
    given: Vec<Given>,
    options: &str,
) -> PyResult<Vec<Item>> {
    let issuer = issuer.as_ref().map(|issuer| &issuer.get().0);
    of_files(py, &book, given, |book, files| core::verify(issuer, book, files, options))
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
    use super::{Book, Issuer, Item, check, confirm, deadline, draw, link, number, sign, stamp, verify};

    #[pymodule_init]
    fn init(module: &pyo3::Bound<'_, pyo3::types::PyModule>) -> pyo3::PyResult<()> {
        use pyo3::types::PyModuleMethods as _;
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}

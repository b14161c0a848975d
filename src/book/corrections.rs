use std::time::SystemTime;

use super::answers::Statement;
use super::book::Book;
use super::entry::Facts;
use crate::correction::Verdict;
use crate::error::{Kind, Result};
use crate::values::Environment;

impl Book {
    /// Enters what may be sent as a technical correction, with what KSeF said of the first file (each answer with its name). The
    /// book may know better: then nothing may be sent. Nothing is done of a correction that was refused.
    ///
    /// # Errors
    /// Those of [`Statement::read`], [`Book::record`] and [`Book::correct`], but for what is wrong with the correction itself.
    pub fn enter_correction(
        &self,
        verdict: &mut Verdict,
        answers: &[(String, Vec<u8>)],
        environment: Environment,
        now: SystemTime,
        cause: &str,
    ) -> Result<()> {
        let (Ok(_), Some(correction)) = (&verdict.request, &verdict.correction) else { return Ok(()) };
        let Some(corrected) = verdict.corrected.checked.invoice() else { return Ok(()) };
        let mut said = Vec::new();
        for (name, bytes) in answers {
            let statements = Statement::read(bytes, environment, name, now)?;
            let of_first = statements.into_iter().filter(|statement| statement.hash == *correction.first());
            said.extend(of_first.map(|statement| (statement.hash, statement.event)));
        }
        self.record(&said)?;
        match self.correct(correction.first(), &Facts::from(corrected), now, cause) {
            Ok(is_new) => verdict.entered = Some(is_new),
            Err(error) if error.is_invoice() || error.kind() == Kind::BookContradiction => {
                verdict.request = Err(error.about(&*verdict.first.name));
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

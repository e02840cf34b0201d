//! `hydraq delete`, `hydraq release` and `hydraq extend`.

use std::time::Duration;

use clap::Args;
use hydraq_cluster::client::types::DeleteTarget;
use hydraq_cluster::client::{Client, ClientError};
use hydraq_cluster::scenario::run::{Outcome, Settled, outcome_json, outcome_lines};
use hydraq_core::ids::{MessageId, Receipt};

use super::super::format::term;
use super::{Answer, Ask, Target, heaviest};

/// How long a delete waits for holders that do not answer.
const DELETE_TIMEOUT: Duration = Duration::from_secs(3);

/// What is deleted.
#[derive(Debug, Args)]
pub(in crate::cli) struct DeleteArguments {
    /// Messages, by id.
    #[arg(value_name = "ID", required_unless_present = "receipts")]
    ids: Vec<MessageId>,
    #[command(flatten)]
    pub(super) target: Target,
    /// Messages, by the receipts that a dequeue gave; may be given several times.
    #[arg(long = "receipt", value_name = "R")]
    receipts: Vec<Receipt>,
}

impl Ask for DeleteArguments {
    async fn ask(&self, client: &Client) -> Result<Answer, ClientError> {
        let by_receipt = self.receipts.iter().copied().map(DeleteTarget::Receipt);
        let targets: Vec<DeleteTarget> =
            by_receipt.chain(self.ids.iter().copied().map(DeleteTarget::Id)).collect();
        let deleted = client.delete(&targets, DELETE_TIMEOUT).await?;
        let settled = deleted.into_iter().map(|deleted| Settled { id: deleted.id, result: deleted.result });
        let settled: Vec<Settled<_>> = settled.collect();
        let error = heaviest(settled.iter().filter_map(|settled| settled.result.clone().err()));
        let outcome = Outcome::Deleted(settled);
        Ok(Answer { result: outcome_json(&outcome), lines: outcome_lines(&outcome), error })
    }
}

/// What is released.
#[derive(Debug, Args)]
pub(in crate::cli) struct ReleaseArguments {
    #[command(flatten)]
    pub(super) target: Target,
    /// The receipts that a dequeue gave; may be given several times.
    #[arg(long = "receipt", value_name = "R", required = true)]
    receipts: Vec<Receipt>,
}

impl Ask for ReleaseArguments {
    async fn ask(&self, client: &Client) -> Result<Answer, ClientError> {
        let results = client.first_that_can(async |host| host.release(&self.receipts).await).await?;
        Ok(leases("released", &self.receipts, results))
    }
}

/// What is extended.
#[derive(Debug, Args)]
pub(in crate::cli) struct ExtendArguments {
    /// How long the leases last from now on.
    #[arg(value_name = "D", value_parser = term)]
    lease: Duration,
    #[command(flatten)]
    pub(super) target: Target,
    /// The receipts that a dequeue gave; may be given several times.
    #[arg(long = "receipt", value_name = "R", required = true)]
    receipts: Vec<Receipt>,
}

impl Ask for ExtendArguments {
    async fn ask(&self, client: &Client) -> Result<Answer, ClientError> {
        let ask =
            async |host: &hydraq_cluster::client::HostClient| host.extend(&self.receipts, self.lease).await;
        let results = client.first_that_can(ask).await?;
        Ok(leases("extended", &self.receipts, results))
    }
}

fn leases(verb: &'static str, receipts: &[Receipt], results: Vec<Result<(), ClientError>>) -> Answer {
    let settled =
        receipts.iter().zip(results).map(|(receipt, result)| Settled { id: receipt.message, result });
    let messages: Vec<Settled<()>> = settled.collect();
    let error = heaviest(messages.iter().filter_map(|settled| settled.result.clone().err()));
    let outcome = Outcome::Leases { verb, messages };
    Answer { result: outcome_json(&outcome), lines: outcome_lines(&outcome), error }
}

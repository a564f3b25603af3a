//! One retailer.

use crate::customers::shapes::Retailer;
use crate::http::api::{AtApi, ok, problem::Described};
use crate::http::{Answer, Ids};
use crate::kernel::id::RetailerId;
use crate::retailers;

/// One retailer.
#[utoipa::path(
    get, path = "/api/v1/retailers/{id}", tag = "Customers",
    params(("id" = Uuid, Path, description = "The retailer")),
    responses((status = 200, body = Retailer), (status = "default", body = Described, content_type = "application/problem+json")),
)]
pub async fn retailer(AtApi(caller): AtApi, Ids(id): Ids<RetailerId>) -> Answer {
    let retailer = caller.read(move |tx, actor| retailers::find(tx, actor, id)).await?;
    ok(&Retailer::from(&retailer))
}

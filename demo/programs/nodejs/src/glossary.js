// SPDX-License-Identifier: Apache-2.0
// Words that are explained in the glossary, and where.

export const GLOSSARY = {
  basket: "basket",
  bundle: "bundle",
  bundles: "bundle",
  courier: "courier",
  customs: "customs",
  delivery: "delivery",
  discount: "discount",
  exchange: "exchange",
  guarantee: "guarantee",
  invoice: "invoice",
  "outer sole": "sole",
  parcel: "parcel",
  parcels: "parcel",
  receipt: "receipt",
  refund: "refund",
  refunds: "refund",
  returns: "return",
  size: "size",
  sizes: "size",
  tracking: "tracking",
  voucher: "voucher",
  vouchers: "voucher",
  warehouse: "warehouse",
};

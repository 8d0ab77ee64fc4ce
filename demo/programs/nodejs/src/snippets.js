// SPDX-License-Identifier: Apache-2.0
// Pieces of text that many pages have, and that may have others in them.

export const SNIPPETS = {
  order: `- A parcel is on its way for *two days*, a large one longer. {>tracking}
- {>receipt}
- With a voucher, the discount is on the invoice, {customer}.`,
  giveBack: `1. Put the goods into the parcel. {>receipt}
2. Write the number of the invoice on it. {>courier}`,
  receipt: "Keep the receipt: a refund needs it. {>questions}",
  courier: "Call the courier: {>phone}. {>tracking}",
  tracking: "Tracking begins `at once`. {>questions}",
  questions: "Questions? Call {>phone}",
  phone: "**0123 456**",
};

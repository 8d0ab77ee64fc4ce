// SPDX-License-Identifier: Apache-2.0
// The pages of the demo and the addresses that are asked for, always the same ones.

const TOPICS = ["shoes", "lamps", "books", "garden", "kitchen", "toys", "bicycles", "music", "tools", "paper"];
const QUESTIONS = ["sizes", "returns", "delivery", "guarantee", "repair", "payment", "vouchers", "customs"];

function sampleText(topic, question, sections) {
  let text = `# ${question} of ${topic}\n\nFor **{customer}**, who asked about *${question}*.\n\n`;
  for (let i = 1; i <= sections; i++) {
    text += `## Part ${i}\n\n### Before you order\n\n`;
    text += `Read about ${topic} at https://shop.example/${topic}/${i} -- a bundle may have other ${question}.\n\n`;
    text += "{>order}\n\n### Afterwards\n\n{>giveBack}\n\n";
  }
  return text;
}

export function samplePages(sections) {
  return TOPICS.flatMap((topic) =>
    QUESTIONS.map((question) => ({
      route: `/help/${topic}/${question}/:customer`,
      title: `${question} of ${topic}`,
      text: sampleText(topic, question, sections),
    })),
  );
}

/** One address in eight is mistyped. */
export function sampleAddresses(pages) {
  const addresses = [];
  for (let i = 0; i < 1000; i++) {
    const { route } = pages[(i * 37) % pages.length];
    const address = route.replace(":customer", `customer-${(i * 7919) % 1000}`);
    addresses.push(i % 8 === 0 ? address.replace("help", "hlep").replace("e/", "/") : address);
  }
  return addresses;
}

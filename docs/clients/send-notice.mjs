// Sends one notice through the Academy's API and checks what a webhook tells: Node 18 or later, no library.
// ACADEMY_URL, ACADEMY_TOKEN, EDITION and PERSON come from the environment. However often it is run with the same
// reference, the person gets one mail.
import { createHmac, timingSafeEqual } from "node:crypto";
import { pathToFileURL } from "node:url";

const { ACADEMY_URL, ACADEMY_TOKEN, EDITION, PERSON } = process.env;

export async function send(reference, subject, body) {
  for (const seconds of [1, 5, 30, 0]) {
    let answer;
    try {
      answer = await fetch(`${ACADEMY_URL}/api/notifications/v1/editions/${EDITION}/notices`, {
        method: "POST",
        headers: { Authorization: `Bearer ${ACADEMY_TOKEN}`, "Content-Type": "application/json" },
        body: JSON.stringify({ reference, person_id: PERSON, subject, body }),
        signal: AbortSignal.timeout(30_000),
      });
    } catch (lost) {
      if (!seconds) throw lost;
    }
    if (answer?.ok) return answer.json();
    if (answer && ((answer.status < 500 && answer.status !== 429) || !seconds)) throw new Error(await answer.text());
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }
}

export function isGenuine(secret, headers, body) {
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  const signed = Buffer.concat([Buffer.from(`${headers["webhook-id"]}.${headers["webhook-timestamp"]}.`), body]);
  const wanted = Buffer.from("v1," + createHmac("sha256", key).update(signed).digest("base64"));
  const fresh = Math.abs(Date.now() / 1000 - Number(headers["webhook-timestamp"])) < 300;
  return fresh && headers["webhook-signature"].split(" ").some((one) => {
    const given = Buffer.from(one);
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  console.log((await send(...process.argv.slice(2, 5))).state);
}

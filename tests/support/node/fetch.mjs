// Fetch a URL as a server does that reads its own file of variables: fetch.mjs URL [FILE]
import { loadEnvFile } from "node:process";

const [url, file] = process.argv.slice(2);
if (file) loadEnvFile(file);
const seen = `HTTPS_PROXY ${process.env.HTTPS_PROXY ?? "-"}`;
try {
  const answer = await fetch(url, { method: "POST", body: "{}", signal: AbortSignal.timeout(30_000) });
  console.log(JSON.stringify({ seen, status: answer.status }));
} catch (error) {
  console.log(JSON.stringify({ seen, error: error.cause?.code ?? error.name }));
}

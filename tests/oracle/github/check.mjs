// SPDX-License-Identifier: Apache-2.0
// Holds the fake GitHub of the unit tests against GitHub's published description, and feeds the
// provider with the description's examples and with recorded answers.
//
//   node check.mjs GITHUB_ORACLE MODULES     MODULES: where the packages of package.json are
import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';

const [oracle, modules] = process.argv.slice(2);
const Ajv = createRequire(join(modules, 'x.js'))('ajv').default;
const spec = JSON.parse(readFileSync(join(modules, '@octokit/openapi/generated/api.github.com.json'), 'utf8'));
const recorded = (name) =>
  JSON.parse(readFileSync(join(modules, `@octokit/fixtures/scenarios/api.github.com/${name}/normalized-fixture.json`), 'utf8'));

let passed = 0;
let failed = 0;
function check(name, ok, detail = '') {
  console.log(`${ok ? 'ok' : 'not ok'} - ${name}${ok ? '' : `: ${detail}`}`);
  ok ? passed++ : failed++;
}

// ---- the description ----

const PATHS = {
  repo: '/repos/{owner}/{repo}',
  commit: '/repos/{owner}/{repo}/commits/{ref}',
  tree: '/repos/{owner}/{repo}/git/trees/{tree_sha}',
  contents: '/repos/{owner}/{repo}/contents/{path}',
};

const follow = (node) => (node?.$ref ? node.$ref.slice(2).split('/').reduce((at, key) => at[key], spec) : node);
const response = (what, status) => follow(spec.paths[PATHS[what]].get.responses[status]);

// The fake sends fewer members than GitHub, but none that GitHub does not have: nothing is required,
// nothing may be added.
function subset(node) {
  if (Array.isArray(node)) return node.map(subset);
  if (node === null || typeof node !== 'object') return node;
  const { required, discriminator, example, examples, ...rest } = node;
  if (Array.isArray(example) || typeof required === 'boolean') return rest;
  const out = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [
      key,
      key === 'properties' ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, subset(v)])) : subset(value),
    ]),
  );
  if (out.properties && !out.allOf && out.additionalProperties === undefined) out.additionalProperties = false;
  if (out.nullable && !out.type) { // which only OpenAPI 3.0 allows
    delete out.nullable;
    return { anyOf: [{ type: 'null' }, out] };
  }
  return out;
}

const ajv = new Ajv({ strict: false, validateFormats: false, logger: false });
ajv.addSchema({ $id: 'github', components: { schemas: subset(spec.components.schemas) } });
const rebase = (node) => JSON.parse(JSON.stringify(node).replaceAll('"#/components', '"github#/components'));

function validate(what, status, body) {
  const described = response(what, status);
  if (!described) return [`${status} is not described`];
  const schema = rebase(subset(described.content['application/json'].schema));
  const test = ajv.compile(schema);
  return test(body) ? [] : test.errors.map((e) => `${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`);
}

// Members that the provider reads must be promised.
function promised(schema, path) {
  let node = follow(schema);
  for (const key of path) {
    if (key === '[]') {
      node = follow(node.items);
      continue;
    }
    node = node.oneOf ? follow(node.oneOf[0]) : node;
    if (!node.properties?.[key]) return `there is no ${path.join('.')}`;
    if (node.required && !node.required.includes(key)) return `${path.join('.')} may be missing`;
    node = follow(node.properties[key]);
  }
  return '';
}

function checkPromises() {
  const schemas = spec.components.schemas;
  const relied = {
    'full-repository': [['private']],
    commit: [['sha'], ['commit', 'message'], ['commit', 'author', 'name'], ['commit', 'author', 'date'],
             ['author', 'login'], ['author', 'avatar_url']],
    'git-tree': [['truncated'], ['tree', '[]', 'path'], ['tree', '[]', 'mode'], ['tree', '[]', 'type']],
    'content-file': [['type'], ['size'], ['encoding'], ['content']],
    'content-symlink': [['type'], ['target']],
    'content-submodule': [['type'], ['submodule_git_url']],
  };
  for (const [name, paths] of Object.entries(relied)) {
    for (const path of paths) {
      const problem = promised(schemas[name], path);
      check(`described: ${name}.${path.join('.')}`, problem === '', problem);
    }
  }
}

// ---- the fake ----

async function checkFake() {
  const server = spawn(oracle, ['serve'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [url, id] = (await new Promise((done) => server.stdout.once('data', done))).toString().trim().split(' ');
  const repo = '/repos/acme/shop';
  const questions = [
    ['repo', repo, 200], ['repo', '/repos/acme/none', 404], ['repo', '/repos/acme/store', 301],
    ['commit', `${repo}/commits/main`, 200], ['commit', `${repo}/commits/v1.0.0`, 200],
    ['commit', `${repo}/commits/${id}`, 200], ['commit', `${repo}/commits/gone`, 422],
    ['commit', '/repos/acme/none/commits/main', 404],
    ['tree', `${repo}/git/trees/${id}?recursive=1`, 200],
    ['tree', `${repo}/git/trees/0123456789012345678901234567890123456789`, 404],
    ...['main.go', 'empty.go', 'big.py', 'link.go', 'out.go', 'vendor/sub', 'src'].map((path) => [
      'contents', `${repo}/contents/${path}?ref=${id}`, 200]),
    ['contents', `${repo}/contents/none.go?ref=${id}`, 404],
  ];
  for (const [what, path, status] of questions) {
    const answer = await fetch(url + path, { redirect: 'manual' });
    const body = await answer.json();
    const problems = answer.status === status ? validate(what, status, body) : [`status ${answer.status}`];
    check(`fake: ${status} ${path.replace(id, 'ID')}`, problems.length === 0, problems.slice(0, 5).join('; '));
  }
  server.stdin.end();
  await new Promise((done) => server.once('exit', done));
}

// ---- the provider ----

// Serves answers[path] = {status, body, headers}; raw: for the raw media type.
function serve(answers) {
  const server = createServer((request, reply) => {
    const path = request.url.split('?')[0];
    const raw = request.headers.accept.includes('raw');
    const answer = (raw && answers[`raw ${path}`]) || answers[path] || { status: 404, body: { message: 'Not Found' } };
    const headers = { 'Content-Type': 'application/json', ...answer.headers };
    delete headers['content-length'];
    reply.writeHead(answer.status, headers);
    reply.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
  });
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server)));
}

const run = promisify(execFile);
async function ask(server, operation, repo, ref, path = '') {
  const url = `http://127.0.0.1:${server.address().port}`;
  const { stdout } = await run(oracle, ['ask', url, operation, repo, ref, path]);
  return JSON.parse(stdout);
}

const SHA = '6dcb09b5b57875f334f61aebed695e2e4193db5e';
const example = (what, name) => follow(response(what, '200').content['application/json'].examples[name]).value;

async function checkExamples() {
  const text = 'module github.com/octocat/hello\n'.repeat(9);
  const lines = Buffer.from(text).toString('base64').replace(/.{60}/g, '$&\n');
  // the example says "encoded content ..." where the content would be
  const file = { ...example('contents', 'response-if-content-is-a-file'), content: `${lines}\n`, size: text.length };
  const commit = example('commit', 'default');
  const tree = example('tree', 'response-recursively-retrieving-a-tree');
  const server = await serve({
    '/repos/o/r/contents/file': { status: 200, body: file },
    '/repos/o/r/contents/dir': { status: 200, body: example('contents', 'response-if-content-is-a-directory') },
    '/repos/o/r/contents/link': { status: 200, body: example('contents', 'response-if-content-is-a-symlink') },
    '/repos/o/r/contents/sub': { status: 200, body: example('contents', 'response-if-content-is-a-submodule') },
    [`/repos/o/r/commits/${SHA}`]: { status: 200, body: commit },
    [`/repos/o/r/git/trees/${SHA}`]: { status: 200, body: tree },
    '/repos/o/r': { status: 200, body: example('repo', 'default-response') },
  });
  const entries = { dir: 1, link: 2, sub: 3 }; // SourceEntry
  const read = await ask(server, 'read', 'o/r', SHA, 'file');
  check('example: file', read.ok && read.bytes === text, JSON.stringify(read));
  for (const [path, entry] of Object.entries(entries)) {
    const answer = await ask(server, 'read', 'o/r', SHA, path);
    check(`example: ${path}`, answer.state === 'file_not_found' && answer.entry === entry, JSON.stringify(answer));
  }
  const seen = await ask(server, 'commit', 'o/r', SHA);
  check('example: commit',
        seen.sha === commit.sha && seen.message === commit.commit.message && seen.login === commit.author.login &&
          seen.name === commit.commit.author.name && seen.date === commit.commit.author.date &&
          seen.avatar === commit.author.avatar_url, JSON.stringify(seen));
  const blobs = tree.tree.filter((entry) => entry.type !== 'tree');
  const listed = await ask(server, 'tree', 'o/r', SHA, blobs[0].path);
  check('example: tree', listed.entries === blobs.length && listed.has_path && listed.truncated === tree.truncated,
        JSON.stringify(listed));
  const access = await ask(server, 'access', 'o/r', '');
  check('example: repository', access.ok && access.public === !example('repo', 'default-response').private,
        JSON.stringify(access));
  server.close();
}

// Recorded answers by path; addresses of GitHub become ours.
function replay(name, origin) {
  const answers = {};
  for (const entry of recorded(name).filter((e) => e.method.toLowerCase() === 'get')) {
    const raw = entry.reqheaders.accept?.includes('raw') ? 'raw ' : '';
    const location = entry.headers?.location?.replace('https://api.github.com', origin);
    answers[raw + entry.path] = { status: entry.status, body: entry.response, headers: location ? { location } : {} };
  }
  return answers;
}

async function checkRecorded() {
  const answers = {};
  const server = await serve(answers);
  const origin = `http://127.0.0.1:${server.address().port}`;
  for (const name of ['get-content', 'get-repository', 'rename-repository']) Object.assign(answers, replay(name, origin));
  const root = '/repos/octokit-fixture-org/hello-world/contents/';
  // the listing was recorded for the root, whose address has no path behind the slash
  answers[`${root}directory`] = answers[root];
  // a file above 1 MB has no content in its JSON form: the raw form was recorded
  const [readme] = answers[root].body.filter((entry) => entry.name === 'README.md');
  answers[`${root}README.md`] = { status: 200, body: { ...readme, encoding: 'none', content: '' } };
  const listing = await ask(server, 'read', 'octokit-fixture-org/hello-world', SHA, 'directory');
  check('recorded: listing of a directory', listing.state === 'file_not_found' && listing.entry === 1,
        JSON.stringify(listing));
  const file = await ask(server, 'read', 'octokit-fixture-org/hello-world', SHA, 'README.md');
  check('recorded: raw file', file.ok && file.bytes === answers[`raw ${root}README.md`].body, JSON.stringify(file));
  const access = await ask(server, 'access', 'octokit-fixture-org/hello-world', '');
  check('recorded: repository', access.ok && access.public === true, JSON.stringify(access));
  const moved = await ask(server, 'access', 'octokit-fixture-org/rename-repository', '');
  check('recorded: renamed repository', moved.ok && moved.public === true, JSON.stringify(moved));
  const listed = validate('contents', 200, answers[root].body);
  check('recorded: the description fits the listing', listed.length === 0, listed.slice(0, 3).join('; '));
  server.close();
}

check('the description refuses other types', validate('commit', 200, { sha: 5 }).length > 0);
check('the description refuses invented members', validate('commit', 200, { sha: 'x', invented: 1 }).length > 0);
checkPromises();
await checkFake();
await checkExamples();
await checkRecorded();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

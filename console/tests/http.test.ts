import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, Problem, urlOf } from '@/client/http'

let server: Server
let address: string
const seen: IncomingMessage[] = []

beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(request)
    if (request.url === '/refused') {
      response.writeHead(409, { 'Content-Type': 'application/problem+json' })
      response.end(
        JSON.stringify({ code: 'segment.version', status: 409, detail: '已被修改', params: {} }),
      )
    } else if (request.url === '/broken') {
      response.writeHead(502)
      response.end('<html>')
    } else if (request.method === 'DELETE') {
      response.writeHead(204)
      response.end()
    } else {
      response.writeHead(200, { 'Content-Type': 'application/json' })
      response.end('{"ok": true}')
    }
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(() => {
  server.close()
})

describe('a request', () => {
  it('says which surface asks, and gives each write a key of its own', async () => {
    await call(`${address}/a`)
    await call(`${address}/a`, { method: 'POST', body: {} })
    await call(`${address}/a`, { method: 'POST', body: {} })
    const [read, first, second] = seen.slice(-3).map((request) => request.headers)
    expect(read?.['x-huitou-surface']).toBe('console')
    expect(read?.['idempotency-key']).toBeUndefined()
    expect(first?.['idempotency-key']).toMatch(/^[0-9a-f]{32}$/)
    expect(second?.['idempotency-key']).not.toBe(first?.['idempotency-key'])
  })

  it('turns a refusal into a problem with its code', async () => {
    const refused = await call(`${address}/refused`).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(Problem)
    expect(refused).toMatchObject({ code: 'segment.version', status: 409, message: '已被修改' })
  })

  it('has a code for an answer that is not a problem document', async () => {
    await expect(call(`${address}/broken`)).rejects.toMatchObject({ code: 'http.502', status: 502 })
  })

  it('answers nothing for 204', async () => {
    await expect(call(`${address}/a`, { method: 'DELETE' })).resolves.toBeUndefined()
  })

  it('leaves empty filters out of the address', () => {
    expect(urlOf('/v1/customers', { q: '', unit: undefined, ids: ['a', 'b'], limit: 5 })).toBe(
      '/v1/customers?ids=a%2Cb&limit=5',
    )
  })
})

import type { paths } from './schema'
import type { Page } from './types'

/** What an operation answers when it succeeds: its JSON, or nothing. */
type Answer<O> = O extends { responses: infer R }
  ? { [S in keyof R & (200 | 201 | 202)]: R[S] }[keyof R & (200 | 201 | 202)] extends infer Told
    ? Told extends { content: { 'application/json': infer A } }
      ? A
      : never
    : never
  : never

/** The list, where a path answers a single one to some other question. */
type Listed<A> = [Extract<A, Page<unknown>>] extends [never] ? A : Extract<A, Page<unknown>>

type Get<K extends keyof paths> = paths[K] extends { get: infer O } ? Answer<O> : never

/** Every GET of the API that answers JSON, by path template: what it answers. */
export type Reads = {
  [
    K in keyof paths as unknown extends Get<K> ? never : [Get<K>] extends [never] ? never : K
  ]: Listed<Get<K>>
}

/** The paths whose answer is a cursor page, and what stands in it. */
export type ItemOf<K extends keyof Reads> = Reads[K] extends Page<infer I> ? I : never
export type PagedPath = {
  [K in keyof Reads]: Reads[K] extends Page<unknown> ? K : never
}[keyof Reads]

type Verb = 'post' | 'put' | 'patch' | 'delete'

/** What an operation must be given: JSON, or a form with a file. */
type Body<O> = O extends { requestBody: { content: infer C } }
  ? { body: Content<C> }
  : O extends { requestBody?: { content: infer C } }
    ? { body?: Content<C> }
    : { body?: undefined }
type Content<C> = C extends { 'application/json': infer B }
  ? B
  : C extends { 'multipart/form-data': unknown }
    ? FormData
    : never

type WritesBy<M extends Verb> = {
  [
    K in keyof paths & `/v1/${string}` as paths[K][M] extends { responses: unknown }
      ? `${Uppercase<M>} ${K}`
      : never
  ]: { asked: Body<paths[K][M]>; answer: Answer<paths[K][M]> }
}

/** Every write of the API, as `POST /v1/…`: what it takes and answers. */
export type Writes = WritesBy<'post'> & WritesBy<'put'> & WritesBy<'patch'> & WritesBy<'delete'>

/** One request: where to, the id its path names, the body it takes. */
export type Write<K extends keyof Writes> = K extends keyof Writes
  ? { to: K } & Writes[K]['asked'] &
      (K extends `${string}{${string}` ? { id: string } : { id?: undefined })
  : never

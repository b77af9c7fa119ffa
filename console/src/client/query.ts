import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { call, type Method, type Query } from './http'
import type { ItemOf, PagedPath, Reads, Write, Writes } from './reads'
import type { Page } from './types'

export interface ReadArgs {
  id?: string
  query?: Query
  enabled?: boolean
  /** Milliseconds between re-reads while the page is open. */
  every?: number | false
  /** Keep showing the last answer while the next one loads. */
  keep?: boolean
}

function fill(path: string, id?: string): string {
  return id === undefined ? path : path.replace(/\{\w+\}/, encodeURIComponent(id))
}

/** One GET, outside a page's own reading. */
export function read<K extends keyof Reads>(
  path: K,
  args: { id?: string; query?: Query; signal?: AbortSignal } = {},
): Promise<Reads[K]> {
  return call<Reads[K]>(fill(path, args.id), { query: args.query, signal: args.signal })
}

/** One GET. The path template is the first part of the query key, so a write can invalidate it. */
export function useRead<K extends keyof Reads>(path: K, args: ReadArgs = {}) {
  return useQuery<Reads[K]>({
    queryKey: [path, args.id ?? '', args.query ?? {}],
    queryFn: ({ signal }) => read(path, { id: args.id, query: args.query, signal }),
    enabled: args.enabled ?? true,
    refetchInterval: args.every ?? false,
    placeholderData: args.keep ? keepPreviousData : undefined,
  })
}

/** A cursor list, page after page. */
export function usePages<K extends PagedPath>(path: K, args: ReadArgs = {}) {
  const answer = useInfiniteQuery({
    queryKey: [path, args.id ?? '', 'pages', args.query ?? {}],
    queryFn: ({ signal, pageParam }) =>
      call<Page<ItemOf<K>>>(fill(path, args.id), {
        query: { ...args.query, cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    enabled: args.enabled ?? true,
    refetchInterval: args.every ?? false,
    placeholderData: args.keep ? keepPreviousData : undefined,
  })
  return { ...answer, items: answer.data?.pages.flatMap((page) => page.items) ?? [] }
}

/** One request that changes something, or that needs a body to be asked. */
export function write<K extends keyof Writes>(
  asked: Write<K>,
  signal?: AbortSignal,
): Promise<Writes[K]['answer']> {
  const [method, path] = asked.to.split(' ') as [Method, string]
  return call(fill(path, asked.id), { method, body: asked.body, signal })
}

/** One mutation per button. `touches` names the read paths that are stale afterwards. */
export function useWrite<K extends keyof Writes = keyof Writes>(touches: (keyof Reads)[] = []) {
  const client = useQueryClient()
  return useMutation<Writes[K]['answer'], Error, Write<K>>({
    mutationFn: (asked) => write<K>(asked),
    onSuccess: async () => {
      await Promise.all(touches.map((path) => client.invalidateQueries({ queryKey: [path] })))
    },
  })
}

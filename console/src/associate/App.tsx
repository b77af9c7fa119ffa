import { useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { Problem } from '@/client/http'
import { FeedProvider } from './feed'
import { useIsLive, useLive, useStream } from './live'
import { Icon, type IconName } from './parts/icons'
import { Toasts, Wait, Wrong } from './parts/small'
import { useFreshen, useRead } from './reads'
import { usePlace } from './router'
import { BookScreen } from './screens/Book'
import { CustomerScreen } from './screens/Customer'
import { HomeScreen } from './screens/Home'
import { LoginScreen } from './screens/Login'
import { MoneyScreen } from './screens/Money'
import { StoreScreen } from './screens/Store'
import { TaskScreen } from './screens/Task'
import { TasksScreen } from './screens/Tasks'
import { SessionContext, useMe } from './session'
import { t, type Key } from './words'

export function App() {
  const me = useRead('/v1/me', { staleMs: 60_000 })
  if (me.isPending) return <Wait rows={5} />
  if (me.error) {
    const isOut = me.error instanceof Problem && me.error.status === 401
    return isOut ? <LoginScreen /> : <Wrong error={me.error} again={() => void me.refetch()} />
  }
  return (
    <SessionContext value={me.data}>
      <FeedProvider>
        <Inside />
      </FeedProvider>
      <Toasts />
    </SessionContext>
  )
}

/** The pages of somebody signed in, kept fresh by the stream. */
function Inside() {
  const client = useQueryClient()
  useStream(useCallback(() => void client.invalidateQueries(), [client]))
  const freshen = useFreshen([
    '/v1/tasks',
    '/v1/tasks/{id}',
    '/v1/messages',
    '/v1/commissions',
    '/v1/associates/me/home',
    '/v1/associates/{id}/money',
    '/v1/stores/{id}/today',
  ])
  useLive(freshen)
  const place = usePlace()
  return (
    <>
      <Offline />
      <main key={place.join('/')} className="page">
        <Screen place={place} />
      </main>
      {place.length === 1 && <Tabs at={place[0] ?? ''} />}
    </>
  )
}

function Screen({ place }: { place: string[] }) {
  const isAssociate = useMe().staff.role === 'associate'
  const [first, id] = place
  if (first === 'task' && id) return <TaskScreen id={id} />
  if (first === 'customer' && id) return <CustomerScreen id={id} />
  if (first === 'tasks') return <TasksScreen />
  if (first === 'book') return <BookScreen />
  if (first === 'money') return <MoneyScreen />
  return isAssociate ? <HomeScreen /> : <StoreScreen />
}

const ASSOCIATE: [string, IconName, Key][] = [
  ['', 'today', 'tab.today'],
  ['book', 'book', 'tab.book'],
  ['money', 'money', 'tab.money'],
]
const MANAGER: [string, IconName, Key][] = [
  ['', 'store', 'tab.store'],
  ['tasks', 'tasks', 'tab.tasks'],
  ['book', 'book', 'tab.book'],
  ['money', 'money', 'tab.money'],
]

function Tabs({ at }: { at: string }) {
  const tabs = useMe().staff.role === 'associate' ? ASSOCIATE : MANAGER
  return (
    <nav className="tabs">
      {tabs.map(([path, icon, key]) => (
        <a key={path} href={`#/${path}`} aria-current={at === path ? 'page' : undefined}>
          <Icon name={icon} size={24} />
          {t(key)}
        </a>
      ))}
    </nav>
  )
}

/** Says so when the stream is gone for longer than a blink. */
function Offline() {
  const isLive = useIsLive()
  return (
    <p className={isLive ? 'offline' : 'offline shown'} role="status" aria-hidden={isLive}>
      {t('app.offline')}
    </p>
  )
}

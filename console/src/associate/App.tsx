import { lazy, Suspense, useCallback, useEffect } from 'react'
import { Problem } from '@/client/http'
import { freshen } from './cache'
import { FeedProvider } from './feed'
import { useIsLost, useLive, useStream } from './live'
import { Arrived } from './parts/ArrivalLine'
import { Icon, type IconName } from './parts/icons'
import { Toasts, Wait, Wrong } from './parts/small'
import { useFreshen, useRead } from './reads'
import { usePlace } from './router'
import { HomeScreen } from './screens/Home'
import { SessionContext, useMe } from './session'
import { t, type Key } from './words'

const pages = {
  Login: () => import('./screens/Login'),
  Task: () => import('./screens/Task'),
  Tasks: () => import('./screens/Tasks'),
  Book: () => import('./screens/Book'),
  Customer: () => import('./screens/Customer'),
  Money: () => import('./screens/Money'),
  Store: () => import('./screens/Store'),
  Counter: () => import('./screens/Counter'),
  Codes: () => import('./screens/Codes'),
}
const LoginScreen = lazy(() => pages.Login().then((it) => ({ default: it.LoginScreen })))
const TaskScreen = lazy(() => pages.Task().then((it) => ({ default: it.TaskScreen })))
const TasksScreen = lazy(() => pages.Tasks().then((it) => ({ default: it.TasksScreen })))
const BookScreen = lazy(() => pages.Book().then((it) => ({ default: it.BookScreen })))
const CustomerScreen = lazy(() => pages.Customer().then((it) => ({ default: it.CustomerScreen })))
const MoneyScreen = lazy(() => pages.Money().then((it) => ({ default: it.MoneyScreen })))
const StoreScreen = lazy(() => pages.Store().then((it) => ({ default: it.StoreScreen })))

const CodesScreen = lazy(() => pages.Codes().then((it) => ({ default: it.CodesScreen })))
const CounterScreen = lazy(() => pages.Counter().then((it) => ({ default: it.CounterScreen })))

/** The other pages come once the first one stands: a tap in a shop's cellar should not wait. */
const FETCH_REST_MS = 1500

export function App() {
  const me = useRead('/v1/me', { staleMs: 60_000 })
  if (me.isPending) return <Wait rows={5} />
  if (me.error) {
    const isOut = me.error instanceof Problem && me.error.status === 401
    if (!isOut) return <Wrong error={me.error} again={me.again} />
    return (
      <Suspense fallback={<Wait rows={5} />}>
        <LoginScreen />
      </Suspense>
    )
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
  useStream(useCallback(() => freshen(), []))
  const hear = useFreshen([
    '/v1/tasks',
    '/v1/tasks/{task_id}',
    '/v1/messages',
    '/v1/commissions',
    '/v1/customers/{customer_id}/totals',
    '/v1/associates/me/home',
    '/v1/associates/{staff_id}/money',
    '/v1/stores/{unit_id}/today',
  ])
  useLive(hear)
  const place = usePlace()
  const isAssociate = useMe().staff.role === 'associate'
  useEffect(() => {
    const timer = window.setTimeout(() => {
      for (const fetch of Object.values(pages)) void fetch().catch(() => undefined)
    }, FETCH_REST_MS)
    return () => window.clearTimeout(timer)
  }, [])
  return (
    <>
      <Offline />
      {isAssociate && place[0] !== '' && <Arrived />}
      <main key={place.join('/')} className="page">
        <Suspense fallback={<Wait rows={4} />}>
          <Screen place={place} />
        </Suspense>
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
  if (first === 'counter') return <CounterScreen />
  if (first === 'codes') return <CodesScreen />
  return isAssociate ? <HomeScreen /> : <StoreScreen />
}

const ASSOCIATE: [string, IconName, Key][] = [
  ['', 'today', 'tab.today'],
  ['counter', 'scan', 'tab.counter'],
  ['book', 'book', 'tab.book'],
  ['money', 'money', 'tab.money'],
]
const MANAGER: [string, IconName, Key][] = [
  ['', 'store', 'tab.store'],
  ['tasks', 'tasks', 'tab.tasks'],
  ['counter', 'scan', 'tab.counter'],
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
  const isLost = useIsLost()
  return (
    <p className={isLost ? 'offline shown' : 'offline'} role="status" aria-hidden={!isLost}>
      {t('app.offline')}
    </p>
  )
}

import { ago, moment, yuan } from '../format'
import { Icon } from '../parts/icons'
import { MemberLinkButton } from '../parts/MemberLink'
import { Bar, Face, Wait, Wrong } from '../parts/small'
import { Tags } from '../parts/Tags'
import { Chip } from '../parts/TaskCard'
import { useRead } from '../reads'
import { progressOf } from '../progress'
import { ours, t } from '../words'

const TIMELINE_MAX = 8

export function CustomerScreen({ id }: { id: string }) {
  const customer = useRead('/v1/customers/{customer_id}', { id })
  if (customer.isPending)
    return (
      <>
        <Bar title="" />
        <Wait />
      </>
    )
  if (customer.error) return <Wrong error={customer.error} again={customer.again} />
  const { name, identifiers, tags } = customer.data
  const phone = identifiers.find(({ kind }) => kind === 'phone')?.value
  return (
    <>
      <Bar title={name ?? t('app.somebody')} />
      <div className="inset">
        <section className="portrait">
          <Face name={name} size={60} />
          <b>{name ?? t('app.somebody')}</b>
          {phone && <small className="num">{phone}</small>}
          <Tags tags={tags} />
          <MemberLinkButton customer={id} />
        </section>
        <Figures id={id} />
        <Why id={id} />
        <Tasks id={id} />
        <Lately id={id} />
      </div>
    </>
  )
}

function Figures({ id }: { id: string }) {
  const totals = useRead('/v1/customers/{customer_id}/totals', { id })
  const known = useRead('/v1/categories', { staleMs: Infinity })
  if (!totals.data) return <Wait rows={1} />
  const { total, categories, stage_zh, stage_en } = totals.data
  const names = new Map(known.data?.items.map((it) => [it.code, ours(it.name, it.name_en)]))
  const often = [...categories].sort((a, b) => b.order_count - a.order_count).slice(0, 4)
  return (
    <>
      <dl className="figures">
        <div>
          <dt>{t('customer.orders')}</dt>
          <dd className="num">{t('customer.times', { n: total?.order_count ?? 0 })}</dd>
        </div>
        <div>
          <dt>{t('customer.paid')}</dt>
          <dd className="num">{yuan(total?.paid_fen ?? 0)}</dd>
        </div>
        <div>
          <dt>{t('customer.last')}</dt>
          <dd>{total ? ago(total.last_paid_at) : '–'}</dd>
        </div>
        <div>
          <dt>{t('customer.stage')}</dt>
          <dd>{ours(stage_zh, stage_en) || '–'}</dd>
        </div>
      </dl>
      {often.length > 0 && (
        <section className="likes">
          <h2>{t('customer.likes')}</h2>
          {often.map((category) => (
            <span key={category.category_code}>
              {names.get(category.category_code) ?? category.category_code}
              <i className="num">{t('customer.times', { n: category.order_count })}</i>
            </span>
          ))}
        </section>
      )}
    </>
  )
}

function Why({ id }: { id: string }) {
  const found = useRead('/v1/opportunities', { query: { customer: id, limit: 3 } })
  if (!found.data?.items.length) return null
  return (
    <>
      {found.data.items.map((opportunity) => (
        <section className="why" key={opportunity.id}>
          <Icon name="bulb" size={20} />
          <div>
            <small>{t('customer.why')}</small>
            <p>{ours(opportunity.reason_zh, opportunity.reason_en)}</p>
          </div>
        </section>
      ))}
    </>
  )
}

function Tasks({ id }: { id: string }) {
  const tasks = useRead('/v1/tasks', { query: { customer: id, limit: 5 } })
  if (!tasks.data?.items.length) return null
  return (
    <section>
      <h2>{t('tab.tasks')}</h2>
      <div className="rows">
        {tasks.data.items.map((task) => (
          <a className="person" key={task.id} href={`#/task/${task.id}`}>
            <span>
              <b>{task.title || t('task.title')}</b>
              <small>{ago(task.sent_at ?? task.created_at)}</small>
            </span>
            <Chip progress={progressOf(task, undefined, undefined)} />
          </a>
        ))}
      </div>
    </section>
  )
}

function Lately({ id }: { id: string }) {
  const timeline = useRead('/v1/customers/{customer_id}/timeline', {
    id,
    query: { limit: TIMELINE_MAX },
  })
  if (!timeline.data?.items.length) return null
  return (
    <section>
      <h2>{t('customer.timeline')}</h2>
      <ol className="lately">
        {timeline.data.items.map((item, index) => (
          <li key={index} className={item.type.startsWith('order.') ? 'money' : ''}>
            <span>{ours(item.title_zh, item.title_en)}</span>
            <time className="num">{moment(item.at)}</time>
          </li>
        ))}
      </ol>
    </section>
  )
}

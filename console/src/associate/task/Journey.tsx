import { useEffect, useState, type ReactNode } from 'react'
import { moment, yuan } from '../format'
import { Icon } from '../parts/icons'
import { Sheet } from '../parts/small'
import { useRead } from '../reads'
import { useMe } from '../session'
import type { CommissionLine, Message, Task } from '../types'
import { t } from '../words'

/** From the tap to the money, each step with its time when it has happened. */
export function Journey(props: {
  task: Task
  message: Message | undefined
  line: CommissionLine | undefined
}) {
  const { task, message, line } = props
  const isWaiting = task.state === 'awaiting_confirmation'
  const sentAt = message?.delivered_at ?? task.sent_at
  return (
    <section className="journey">
      {isWaiting && <Confirm />}
      <ol>
        <Step isDone at={message?.submitted_at}>
          {t('task.step_submitted')}
        </Step>
        <Step isDone={!isWaiting} isNow={isWaiting} at={isWaiting ? null : sentAt}>
          {t(isWaiting ? 'task.step_confirm' : 'task.step_sent')}
        </Step>
        <Step isDone={Boolean(message?.opened_at)} isNow={!isWaiting} at={message?.opened_at}>
          {t(message?.opened_at ? 'task.step_opened' : 'task.wait_open')}
        </Step>
        <Step isDone={Boolean(line)} isNow={Boolean(message?.opened_at)} at={line?.at}>
          {line ? t('task.step_bought', { paid: yuan(line.base_fen) }) : t('task.wait_buy')}
          {line && (
            <b className="gain num">
              {t('task.step_commission', { commission: `+${yuan(line.amount_fen)}` })}
            </b>
          )}
          {line && line.reversed_fen > 0 && (
            <b className="loss num">
              {t('task.step_taken', { commission: yuan(line.reversed_fen) })}
            </b>
          )}
        </Step>
      </ol>
    </section>
  )
}

function Step(props: {
  isDone: boolean
  isNow?: boolean
  at?: string | null
  children: ReactNode
}) {
  const name = props.isDone ? 'done' : props.isNow ? 'now' : ''
  return (
    <li className={name}>
      <i>{props.isDone && <Icon name="check" size={13} />}</i>
      <span>{props.children}</span>
      {props.at && <time className="num">{moment(props.at)}</time>}
    </li>
  )
}

/** WeCom lets nothing out that its member did not confirm: say so and lead there. */
function Confirm() {
  const me = useMe()
  const demo = useRead('/v1/demo', { staleMs: Infinity })
  const [isOpen, setOpen] = useState(false)
  const base = demo.data?.wecom_url
  const url = base && me.staff.wecom_user ? `${base}/member/${me.staff.wecom_user}` : null
  return (
    <div className="confirm">
      <p>{t('task.confirm_here')}</p>
      {url ? (
        <button type="button" className="big" onClick={() => setOpen(true)}>
          {t('task.open_wecom')}
        </button>
      ) : (
        <small>{t('task.where_wecom')}</small>
      )}
      {url && isOpen && <WeCom url={url} close={() => setOpen(false)} />}
    </div>
  )
}

/** The demo's WeCom on top of this page; it goes by itself once the message is out. */
function WeCom({ url, close }: { url: string; close: () => void }) {
  useEffect(() => {
    document.body.classList.add('still')
    return () => document.body.classList.remove('still')
  }, [])
  return (
    <Sheet title={t('task.wecom_demo')} close={close} isTall>
      <iframe className="wecom" src={url} title={t('task.wecom_demo')} />
    </Sheet>
  )
}

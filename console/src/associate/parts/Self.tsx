import { useState } from 'react'
import { tell } from '../http'
import { useMe } from '../session'
import { isEnglish, speak, t } from '../words'
import { Icon } from './icons'
import { Face, failed, Sheet } from './small'

/** One's own code, and one's own face: the language, and the way out. */
export function Self() {
  const me = useMe()
  const [isOpen, setOpen] = useState(false)
  const leave = () =>
    tell('DELETE', '/v1/session').then(() => {
      window.location.hash = '/'
      window.location.reload()
    }, failed)
  return (
    <div className="hello-ends">
      {me.permissions.includes('codes.read') && (
        <a className="codes-link" href="#/codes" aria-label={t('codes.title')}>
          <Icon name="qr" size={20} />
        </a>
      )}
      <button type="button" aria-label={t('app.self')} onClick={() => setOpen(true)}>
        <Face name={me.staff.name} size={38} />
      </button>
      {isOpen && (
        <Sheet title={`${me.staff.name} · ${me.unit.name}`} close={() => setOpen(false)}>
          <div className="choices">
            <button type="button" onClick={() => speak(isEnglish ? 'zh-CN' : 'en')}>
              {t('app.language')}
            </button>
            <button type="button" onClick={() => void leave()}>
              {t('app.sign_out')}
            </button>
          </div>
        </Sheet>
      )}
    </div>
  )
}

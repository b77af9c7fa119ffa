import { useState, type FormEvent } from 'react'
import { Mark } from '@/ui/mark'
import { forgetAll } from '../cache'
import { tell } from '../http'
import { Face } from '../parts/small'
import { useRead } from '../reads'
import { isEnglish, speak, t, type Key } from '../words'

const isInWeCom = /wxwork/i.test(navigator.userAgent)

export function LoginScreen() {
  const demo = useRead('/v1/demo', { staleMs: Infinity })
  const [problem, setProblem] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const enter = async (path: string, body: unknown) => {
    setBusy(true)
    setProblem(null)
    try {
      await tell('POST', path, body)
      window.location.hash = '/'
      forgetAll()
    } catch (error) {
      setProblem(error instanceof Error ? error.message : t('app.failed'))
    } finally {
      setBusy(false)
    }
  }
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    void enter('/v1/session', { login: form.get('login'), password: form.get('password') })
  }
  const people = demo.data?.is_demo ? (demo.data.logins ?? []) : []
  return (
    <div className="login">
      <header>
        <div>
          <Mark size={44} />
          <button type="button" className="ghost" onClick={() => speak(isEnglish ? 'zh-CN' : 'en')}>
            {t('app.language')}
          </button>
        </div>
        <h1>{t('login.title')}</h1>
        <p>{t('login.lead')}</p>
      </header>
      <section>
        {isInWeCom && (
          <a className="big" href="/v1/wecom/login?surface=phone">
            {t('login.wecom')}
          </a>
        )}
        <form onSubmit={submit}>
          <input
            name="login"
            placeholder={t('login.login')}
            aria-label={t('login.login')}
            autoComplete="username"
            autoCapitalize="none"
            required
          />
          <input
            name="password"
            type="password"
            placeholder={t('login.password')}
            aria-label={t('login.password')}
            autoComplete="current-password"
            required
          />
          {problem && (
            <p className="problem" role="alert">
              {problem}
            </p>
          )}
          <button type="submit" className="big" disabled={isBusy}>
            {t('login.enter')}
          </button>
        </form>
        {!isInWeCom && (
          <a className="link" href="/v1/wecom/login?surface=phone">
            {t('login.wecom')}
          </a>
        )}
        {people.length > 0 && (
          <div className="people">
            <p>{t('login.demo')}</p>
            {people
              .filter(({ role }) => role === 'associate' || role === 'manager')
              .slice(0, 6)
              .map((one) => (
                <button
                  type="button"
                  key={one.login}
                  disabled={isBusy}
                  onClick={() => void enter('/v1/demo/login', { login: one.login })}
                >
                  <Face name={one.name} />
                  <span>
                    <b>{one.name}</b>
                    <small>{one.unit}</small>
                  </span>
                  <em className={one.role}>{t(`role.${one.role}` as Key)}</em>
                </button>
              ))}
          </div>
        )}
      </section>
    </div>
  )
}

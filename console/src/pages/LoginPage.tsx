import { LockOutlined, UserOutlined } from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { Button, Form, Input } from 'antd'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '@/client/query'
import type { Login } from '@/client/types'
import { LanguageSwitch } from '@/shell/frame'
import { go } from '@/shell/router'
import { Wordmark } from '@/ui/mark'

export function LoginPage() {
  const { t } = useTranslation()
  const demo = useRead('/v1/demo')
  const cache = useQueryClient()
  const enter = useWrite<'POST /v1/session' | 'POST /v1/demo/login'>()
  const inside = {
    onSuccess: () => {
      cache.clear()
      go('/')
    },
  }
  const signIn = (body: Login) => enter.mutate({ to: 'POST /v1/session', body }, inside)
  const enterAs = (login: string) =>
    enter.mutate({ to: 'POST /v1/demo/login', body: { login } }, inside)
  const logins = demo.data?.logins ?? []
  return (
    <div className="login">
      <div className="login-tell">
        <Wordmark size={40} isDark />
        <h1>{t('shell.promise')}</h1>
        <p>{t('shell.promise_more')}</p>
        <LoopDrawing />
      </div>
      <div className="login-form">
        <div className="login-language">
          <LanguageSwitch />
        </div>
        <h2>{t('shell.sign_in')}</h2>
        <Form<Login> layout="vertical" requiredMark={false} onFinish={signIn}>
          <Form.Item name="login" rules={[{ required: true, message: t('shell.login_needed') }]}>
            <Input
              size="large"
              prefix={<UserOutlined />}
              placeholder={t('shell.login')}
              autoComplete="username"
            />
          </Form.Item>
          <Form.Item
            name="password"
            rules={[{ required: true, message: t('shell.password_needed') }]}
          >
            <Input.Password
              size="large"
              prefix={<LockOutlined />}
              placeholder={t('shell.password')}
              autoComplete="current-password"
            />
          </Form.Item>
          <Button type="primary" size="large" block htmlType="submit" loading={enter.isPending}>
            {t('shell.sign_in')}
          </Button>
        </Form>
        {logins.length > 0 && (
          <>
            <p className="quiet login-or">{t('shell.demo_roles')}</p>
            <div className="login-roles">
              {logins
                .filter((one) => one.role !== 'associate')
                .slice(0, 6)
                .map((one) => (
                  <button
                    type="button"
                    key={one.login}
                    disabled={enter.isPending}
                    onClick={() => enterAs(one.login)}
                  >
                    <b>{one.name}</b>
                    <span>{t(`merchant.role_${one.role}`)}</span>
                    <small className="quiet">{one.unit}</small>
                  </button>
                ))}
            </div>
          </>
        )}
      </div>
    </div>
  )
}

/** The loop the product is about, as a quiet line drawing. */
function LoopDrawing() {
  const { t } = useTranslation()
  const steps = ['event', 'customer', 'opportunity', 'associate', 'order', 'commission']
  return (
    <ol className="loop">
      {steps.map((step) => (
        <li key={step}>{t(`shell.loop_${step}`)}</li>
      ))}
    </ol>
  )
}

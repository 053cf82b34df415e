/** The one client of the window. */
import { createClient } from '../shared/client.ts'
import { createLasting } from './bridge.ts'
import { connect } from './connect.ts'
import { useConnection } from './state/connection.ts'

const bridge = createLasting(connect, (connection) =>
  // Whoever is reached now may be well: it tells if it is not.
  useConnection.setState(connection === 'online' ? { connection, trouble: null } : { connection }),
)

export const client = createClient(bridge)
export const { hurry } = bridge

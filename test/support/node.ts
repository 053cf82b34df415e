/** The Node that runs the tests, also where they run inside Electron, which is no Node that could be started anew. */
export const NODE = process.env.JOBDECK_TEST_NODE ?? process.execPath

/** A module that does nothing; see `rehearse`. */
export default () => {}

// Package console has the terminal as components: lines that a person types, and what
// is shown. Both take any reader or writer, so they are tested without a terminal.
package console

// Package timer has time as messages.
package timer

// Package irc has a client for Internet Relay Chat (RFC 2812) as a component, and the
// messages that it hears and says.
package irc

// Package auth has the stage that lets only those pass who know a password, by
// HTTP's Basic scheme (RFC 7617).
package auth

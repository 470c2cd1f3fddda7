// Whether data are what a head makes: asked of the data's own samples, so that no data plugin has to say it.
#pragma once
#include <saddle/head.hpp>

#include <string>

namespace saddle {

/// "whole numbers", "compositions", …
std::string support_text(const Support& support);

/// Where samples are no counts, of data that know; empty if all are, or if the data don't say.
std::string first_not_counted(const Data& data);

/// What some of the training samples have that the support has not: "there is a 0.25 among their numbers";
/// empty if all of them lie in it.
std::string outside_support(const Support& support, const Data& data);

}  // namespace saddle

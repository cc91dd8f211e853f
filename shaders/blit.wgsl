// Puts the finished picture of the globe on the screen: one triangle over the viewport. Both are
// sRGB-coded, unless the screen codes by itself.

@group(0) @binding(0) var picture: texture_2d<f32>;
@group(0) @binding(1) var picture_sampler: sampler;

struct Corner {
    @builtin(position) clip: vec4<f32>,
    @location(0) uv: vec2<f32>,
};

@vertex
fn blit_vertex(@builtin(vertex_index) index: u32) -> Corner {
    let x = f32((index << 1u) & 2u);
    let y = f32(index & 2u);
    var out: Corner;
    out.clip = vec4<f32>(x * 2.0 - 1.0, 1.0 - y * 2.0, 0.0, 1.0);
    out.uv = vec2<f32>(x, y);
    return out;
}

@fragment
fn blit_coded(in: Corner) -> @location(0) vec4<f32> {
    return vec4<f32>(textureSampleLevel(picture, picture_sampler, in.uv, 0.0).rgb, 1.0);
}

@fragment
fn blit_linear(in: Corner) -> @location(0) vec4<f32> {
    let c = textureSampleLevel(picture, picture_sampler, in.uv, 0.0).rgb;
    let low = c / 12.92;
    let high = pow((c + 0.055) / 1.055, vec3<f32>(2.4));
    return vec4<f32>(select(high, low, c <= vec3<f32>(0.04045)), 1.0);
}
